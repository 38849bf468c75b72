//! What a page says to machines: schema.org in JSON-LD.

use messages::Language;
use serde_json::{Map, Value, json};

use crate::content::{Event, EventStatus, Kind, Moment, Page};
use crate::site::{PageId, Site, Validity};

/// JSON inside a `script` element: nothing in it ends the element.
fn harmless(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The institution, for the home page.
#[must_use]
pub fn of_institution(site: &Site, language: Language) -> String {
    let settings = &site.settings;
    let institution = settings.institution(language);
    let mut value = json!({
        "@context": "https://schema.org",
        "@type": "GovernmentOrganization",
        "@id": format!("{}/#institution", settings.base_url),
        "name": institution.title,
        "url": format!("{}{}", settings.base_url, settings.root(language)),
    });
    put(&mut value, "address", institution.address.as_deref());
    put(&mut value, "telephone", settings.phone.as_deref());
    put(&mut value, "email", settings.email.as_deref());
    put(&mut value, "taxID", settings.entity_code.as_deref());
    harmless(&value)
}

/// A page, with the way to it.
#[must_use]
pub fn of_page(site: &Site, id: PageId) -> String {
    let node = site.node(id);
    let mut graph: Vec<Value> = Vec::new();
    graph.extend(of_kind(site, id));
    let mut crumbs: Vec<Value> = Vec::new();
    let ancestors = site.ancestors(id);
    let above = ancestors.iter().map(|section| (section.title(site), section.address.as_str()));
    for (index, (name, address)) in above.chain([(node.page.front.title.as_str(), node.address.as_str())]).enumerate() {
        crumbs.push(json!({
            "@type": "ListItem",
            "position": index + 1,
            "name": name,
            "item": format!("{}{address}", site.settings.base_url),
        }));
    }
    if crumbs.len() > 1 {
        graph.push(json!({ "@type": "BreadcrumbList", "itemListElement": crumbs }));
    }
    harmless(&json!({ "@context": "https://schema.org", "@graph": graph }))
}

fn put(value: &mut Value, key: &str, text: Option<impl Into<Value>>) {
    if let (Some(object), Some(text)) = (value.as_object_mut(), text) {
        object.insert(key.to_owned(), text.into());
    }
}

/// A local time with the offset that the site's time zone has then; a day as it is.
fn time(site: &Site, moment: Moment) -> String {
    match moment {
        Moment::Day(day) => day.to_string(),
        Moment::Time(time) => match site.settings.time_zone.to_timestamp(time) {
            Ok(moment) => {
                moment.to_zoned_datetime(site.settings.time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
            }
            Err(_) => time.to_string(),
        },
    }
}

fn related(site: &Site, relations: &[(&'static str, PageId)], key: &str) -> Vec<String> {
    let of_key = relations.iter().filter(|(of, _)| *of == key);
    of_key.map(|(_, target)| format!("{}{}", site.settings.base_url, site.node(*target).address)).collect()
}

fn of_kind(site: &Site, id: PageId) -> Option<Value> {
    let node = site.node(id);
    let page: &Page = &node.page;
    let (front, language) = (&page.front, page.file.language);
    let url = format!("{}{}", site.settings.base_url, node.address);
    let summary = front.summary.as_deref().unwrap_or(&site.text(id).beginning);
    let publisher = json!({ "@id": format!("{}/#institution", site.settings.base_url) });
    let mut value =
        json!({ "@id": url.as_str(), "url": url.as_str(), "name": front.title, "inLanguage": language.tag() });
    put(&mut value, "description", (!summary.is_empty()).then_some(summary));
    let type_ = match &front.kind {
        Kind::News(_) => {
            put(&mut value, "headline", Some(front.title.as_str()));
            put(&mut value, "datePublished", front.published.map(|moment| time(site, moment)));
            put(&mut value, "dateModified", front.updated.map(|moment| time(site, moment)));
            let pictures = front.images.iter().filter_map(|image| site.picture(id, &image.file));
            let pictures: Vec<String> =
                pictures.map(|picture| format!("{}{}", site.settings.base_url, picture.source)).collect();
            put(&mut value, "image", (!pictures.is_empty()).then_some(pictures));
            put(&mut value, "publisher", Some(publisher.clone()));
            put(&mut value, "author", Some(publisher));
            "NewsArticle"
        }
        Kind::Event(event) => {
            of_event(site, event, &mut value);
            "Event"
        }
        Kind::Act(act) => {
            put(&mut value, "legislationIdentifier", act.number.as_deref());
            put(&mut value, "legislationType", Some(act.form.word()));
            put(&mut value, "legislationDate", act.adopted.map(|day| day.to_string()));
            put(&mut value, "legislationPassedBy", Some(publisher));
            let is_in_force = site.validity(id).is_some_and(Validity::is_in_force);
            let force = if is_in_force { "InForce" } else { "NotInForce" };
            put(&mut value, "legislationLegalForce", Some(format!("https://schema.org/{force}")));
            for (key, name) in [
                ("amends", "legislationChanges"),
                ("repeals", "legislationRepeals"),
                ("implements", "legislationApplies"),
            ] {
                let targets = related(site, &node.relations, key);
                put(&mut value, name, (!targets.is_empty()).then_some(targets));
            }
            "Legislation"
        }
        Kind::Service(service) => {
            put(&mut value, "provider", Some(publisher));
            put(&mut value, "audience", Some(json!({ "@type": "Audience", "audienceType": service.who })));
            put(&mut value, "termsOfService", Some(service.price.as_str()));
            put(
                &mut value,
                "availableChannel",
                service.link.as_ref().map(|link| json!({ "@type": "ServiceChannel", "serviceUrl": link.0 })),
            );
            "GovernmentService"
        }
        Kind::Person(person) => {
            put(&mut value, "jobTitle", Some(person.position.as_str()));
            put(&mut value, "telephone", person.phone.as_deref());
            put(&mut value, "email", person.email.as_deref());
            put(&mut value, "worksFor", Some(publisher));
            // Of a person, schema.org has no language.
            value.as_object_mut().map(|object: &mut Map<String, Value>| object.remove("inLanguage"));
            "Person"
        }
        Kind::Unit(unit) => {
            put(&mut value, "telephone", unit.phone.as_deref());
            put(&mut value, "email", unit.email.as_deref());
            put(&mut value, "address", unit.address.as_deref());
            put(&mut value, "parentOrganization", Some(publisher));
            value.as_object_mut().map(|object: &mut Map<String, Value>| object.remove("inLanguage"));
            "GovernmentOrganization"
        }
        Kind::Dataset(dataset) => {
            put(&mut value, "license", Some(dataset.licence.0.as_str()));
            put(&mut value, "creator", Some(publisher));
            let period = match (dataset.period_from, dataset.period_to) {
                (None, None) => None,
                (from, to) => {
                    let day =
                        |day: Option<jiff::civil::Date>| day.map_or_else(|| "..".to_owned(), |day| day.to_string());
                    Some(format!("{}/{}", day(from), day(to)))
                }
            };
            put(&mut value, "temporalCoverage", period);
            let files = dataset.distributions.iter().map(|distribution| {
                let inside = site
                    .document(id, &distribution.file)
                    .map(|facts| format!("{}{}", site.settings.base_url, facts.address));
                json!({ "@type": "DataDownload", "contentUrl": inside.unwrap_or_else(|| distribution.file.clone()) })
            });
            put(&mut value, "distribution", Some(files.collect::<Vec<Value>>()));
            put(&mut value, "dateModified", front.updated.map(|moment| time(site, moment)));
            "Dataset"
        }
        _ => return None,
    };
    put(&mut value, "@type", Some(type_));
    Some(value)
}

fn of_event(site: &Site, event: &Event, value: &mut Value) {
    put(value, "startDate", Some(time(site, event.start)));
    put(value, "endDate", event.end.map(|end| time(site, end)));
    let status = match event.status.unwrap_or(EventStatus::Planned) {
        EventStatus::Planned => "EventScheduled",
        EventStatus::Moved => "EventRescheduled",
        EventStatus::Cancelled => "EventCancelled",
    };
    put(value, "eventStatus", Some(format!("https://schema.org/{status}")));
    put(value, "eventAttendanceMode", Some("https://schema.org/OfflineEventAttendanceMode"));
    let mut place = json!({ "@type": "Place", "name": event.place, "address": event.place });
    let geo = event
        .coordinates
        .map(|at| json!({ "@type": "GeoCoordinates", "latitude": at.latitude, "longitude": at.longitude }));
    put(&mut place, "geo", geo);
    put(value, "location", Some(place));
    put(value, "organizer", event.organiser.as_deref().map(|name| json!({ "@type": "Organization", "name": name })));
}
