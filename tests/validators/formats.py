"""Reads what a built site says to programs, with the libraries that others read it with: feedparser (Atom, JSON Feed), icalendar
(RFC 5545), rdflib (DCAT-AP as JSON-LD). Prints a line a finding and, last, what was read. Usage: formats.py SITE BASE_URL"""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import feedparser
import icalendar
import rdflib

site, base = Path(sys.argv[1]), sys.argv[2]
read = {}


def say(file, what):
    print(f"{file.relative_to(site)}: {what}")


def is_there(url):
    """Whether an address of the site leads to a file."""
    if not url.startswith(base + "/"):
        return False
    place = site / url[len(base) + 1 :].split("#")[0]
    return place.is_file() or (place / "index.html").is_file()


def files(pattern):
    found = sorted(site.rglob(pattern))
    read[pattern] = len(found)
    return found


def read_entries(file, entries):
    """What Atom and JSON Feed have in common."""
    ids = [entry.get("id") for entry in entries]
    if None in ids or len(set(ids)) != len(ids):
        say(file, "entries without an identifier, or with the same")
    for entry in entries:
        url = entry.get("url") or entry.get("link")
        if not entry.get("title") or not is_there(url):
            say(file, f"an entry without a title, or one that leads nowhere: {url}")


for file in files("feed.xml"):
    feed = feedparser.parse(file.read_bytes())
    if feed.bozo:
        say(file, feed.bozo_exception)
    if feed.version != "atom10" or not feed.feed.get("updated_parsed") or not is_there(feed.feed.get("link", "")):
        say(file, f"a feed of {feed.version} that lacks a date or its page")
    if any(not entry.get("updated_parsed") for entry in feed.entries):
        say(file, "an entry without a date")
    read_entries(file, feed.entries)

for file in files("feed.json"):
    feed = json.loads(file.read_text("utf-8"))
    if feed["version"] != "https://jsonfeed.org/version/1.1" or not is_there(feed["feed_url"]):
        say(file, "no JSON Feed 1.1, or not where it says")
    read_entries(file, feed["items"])

for file in files("*.ics"):
    try:
        calendar = icalendar.Calendar.from_ical(file.read_bytes())
    except ValueError as error:
        say(file, error)
        continue
    events = calendar.walk("VEVENT")
    for part in calendar.walk():
        for wrong in part.errors:
            say(file, wrong)
    names = [str(event["UID"]) + str(event.get("RECURRENCE-ID", "")) for event in events]
    if not events or len(set(names)) != len(names) or any("DTSTART" not in event or "DTSTAMP" not in event for event in events):
        say(file, "no events, the same twice, or one without a time")

for file in files("*.jsonld"):
    graph = rdflib.Graph()
    graph.parse(file, format="json-ld")
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    datasets = set(graph.subjects(rdflib.RDF.type, dcat.Dataset))
    if not datasets or datasets != set(graph.objects(None, dcat.dataset)):
        say(file, "datasets that no catalogue has, or none")
    for dataset in datasets:
        if (dataset, rdflib.DCTERMS.title, None) not in graph or (dataset, dcat.distribution, None) not in graph:
            say(file, f"{dataset} has no title or no file")

for file in files("sitemap.xml"):
    for place in ElementTree.parse(file).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc"):
        if not is_there(place.text):
            say(file, f"{place.text} leads nowhere")

print("read " + ", ".join(f"{count} {pattern}" for pattern, count in read.items()))
