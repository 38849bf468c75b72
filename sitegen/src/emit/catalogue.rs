//! The catalogue of open data, as the EU's portals harvest it: DCAT-AP 3.0 in JSON-LD.

use serde_json::{Value, json};

use crate::content::{Kind, Updating};
use crate::site::{PageId, Site};

/// The authority tables of the EU's Publications Office.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority";

/// The catalogue of all datasets.
#[must_use]
pub fn write(site: &Site) -> String {
    let settings = &site.settings;
    let datasets: Vec<Value> = site.pages().filter_map(|id| dataset(site, id)).collect();
    let publisher = publisher(site);
    let language = language(settings.language);
    let title = settings.institution(settings.language).title.as_str();
    let catalogue = json!({
        "@context": {
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
            "skos": "http://www.w3.org/2004/02/skos/core#",
        },
        "@id": format!("{}/catalog.jsonld", settings.base_url),
        "@type": "dcat:Catalog",
        "dct:title": said(settings.language, title),
        "dct:description": said(settings.language, settings.institution(settings.language).summary.as_deref().unwrap_or(title)),
        "dct:publisher": publisher,
        "dct:language": language,
        "foaf:homepage": { "@id": format!("{}/", settings.base_url), "@type": "foaf:Document" },
        "dcat:dataset": datasets,
    });
    format!("{catalogue:#}\n")
}

fn publisher(site: &Site) -> Value {
    let settings = &site.settings;
    json!({
        "@id": format!("{}/#institution", settings.base_url),
        "@type": "foaf:Agent",
        "foaf:name": said(settings.language, &settings.institution(settings.language).title),
    })
}

fn said(language: messages::Language, text: &str) -> Value {
    json!({ "@value": text, "@language": language.tag() })
}

fn language(language: messages::Language) -> Value {
    let code = match language {
        messages::Language::Lithuanian => "LIT",
        messages::Language::English => "ENG",
    };
    json!({ "@id": format!("{AUTHORITY}/language/{code}"), "@type": "dct:LinguisticSystem" })
}

fn day(day: jiff::civil::Date) -> Value {
    json!({ "@value": day.to_string(), "@type": "xsd:date" })
}

fn dataset(site: &Site, id: PageId) -> Option<Value> {
    let node = site.node(id);
    let page = &node.page;
    let Kind::Dataset(dataset) = &page.front.kind else { return None };
    let of = page.file.language;
    let url = format!("{}{}", site.settings.base_url, node.address);
    let licence = json!({ "@id": dataset.licence.0, "@type": "dct:LicenseDocument" });
    let distributions = dataset.distributions.iter().enumerate().filter_map(|(index, distribution)| {
        let is_elsewhere = crate::markdown::is_outside(&distribution.file);
        let address = match is_elsewhere {
            true => distribution.file.clone(),
            false => format!("{}{}", site.settings.base_url, site.document(id, &distribution.file)?.address),
        };
        let format = crate::site::format_of(&address);
        Some(json!({
            "@id": format!("{url}#distribution-{}", index + 1),
            "@type": "dcat:Distribution",
            "dct:title": said(of, distribution.title.as_deref().unwrap_or(&page.front.title)),
            "dcat:accessURL": { "@id": address.as_str(), "@type": "http://www.w3.org/2000/01/rdf-schema#Resource" },
            "dct:format": { "@id": format!("{AUTHORITY}/file-type/{format}"), "@type": "dct:MediaTypeOrExtent" },
            "dct:license": licence,
        }))
    });
    let distributions: Vec<Value> = distributions.collect();
    let summary = page.front.summary.as_deref().unwrap_or(&site.text(id).beginning);
    let mut value = json!({
        "@id": format!("{url}#dataset"),
        "@type": "dcat:Dataset",
        "dct:title": said(of, &page.front.title),
        "dct:description": said(of, if summary.is_empty() { &page.front.title } else { summary }),
        "dct:publisher": publisher(site),
        "dct:language": language(of),
        "dct:accrualPeriodicity": {
            "@id": format!("{AUTHORITY}/frequency/{}", frequency(dataset.updated_every)),
            "@type": "dct:Frequency",
        },
        "dcat:landingPage": { "@id": url.as_str(), "@type": "foaf:Document" },
        "dcat:distribution": distributions,
    });
    if let Some(theme) = &dataset.theme {
        value["dcat:theme"] = json!({ "@id": format!("{AUTHORITY}/data-theme/{theme}"), "@type": "skos:Concept" });
    }
    if let Some(modified) = page.front.updated.or(page.front.published) {
        value["dct:modified"] = day(modified.date());
    }
    if dataset.period_from.is_some() || dataset.period_to.is_some() {
        let mut period = json!({ "@type": "dct:PeriodOfTime" });
        if let Some(from) = dataset.period_from {
            period["dcat:startDate"] = day(from);
        }
        if let Some(to) = dataset.period_to {
            period["dcat:endDate"] = day(to);
        }
        value["dct:temporal"] = period;
    }
    Some(value)
}

/// The EU's frequency table.
const fn frequency(updating: Updating) -> &'static str {
    match updating {
        Updating::Daily => "DAILY",
        Updating::Weekly => "WEEKLY",
        Updating::Monthly => "MONTHLY",
        Updating::Quarterly => "QUARTERLY",
        Updating::Annual => "ANNUAL",
        Updating::Irregular => "IRREG",
    }
}
