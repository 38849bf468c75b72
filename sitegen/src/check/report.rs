//! Findings for machines: JSON, SARIF 2.1.0 for code forges, and a review for Forgejo's and Gitea's pull requests.

use messages::Language;
use serde_json::{Value, json};
use strict_toml::FromText;

use super::{Finding, Rule, Severity, Verdict};
use crate::content::words;

words! {
    /// How findings are written.
    Format ("check-format") {
        /// For people.
        Text = "text",
        /// One object with all findings.
        Json = "json",
        /// The Static Analysis Results Interchange Format 2.1.0.
        Sarif = "sarif",
        /// What `POST /repos/{owner}/{repo}/pulls/{index}/reviews` of Forgejo and Gitea takes.
        Forgejo = "forgejo",
    }
}

impl Format {
    /// The format that a word of the command line means.
    ///
    /// # Errors
    /// Which there are.
    pub fn of_word(word: &str) -> Result<Self, String> {
        Self::from_text(word).map_err(|message| message.to_string())
    }

    /// A verdict in this format, with what people read in `language`.
    #[must_use]
    pub fn write(self, verdict: &Verdict, language: Language) -> String {
        let pretty = |value: &Value| format!("{value:#}\n");
        match self {
            Self::Text => verdict.findings.iter().map(|finding| format!("{}\n", finding.describe(language))).collect(),
            Self::Json => pretty(&of_json(verdict, language)),
            Self::Sarif => pretty(&of_sarif(verdict, language)),
            Self::Forgejo => pretty(&of_forgejo(verdict, language)),
        }
    }
}

fn path(finding: &Finding) -> String {
    let path = finding.problem.path.to_string_lossy();
    path.trim_start_matches("./").to_owned()
}

fn of_json(verdict: &Verdict, language: Language) -> Value {
    let findings = verdict.findings.iter().map(|finding| {
        let place = finding.problem.place.as_ref();
        json!({
            "rule": finding.rule.word(),
            "severity": finding.severity.word(),
            "file": path(finding),
            "line": place.map(|place| place.line),
            "column": place.map(|place| place.column),
            "message": language.say(&finding.problem.message),
            "why": language.text(&finding.rule.key()),
        })
    });
    json!({
        "is_good": verdict.is_good(),
        "excused": verdict.excused,
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn of_sarif(verdict: &Verdict, language: Language) -> Value {
    let rules = Rule::ALL
        .iter()
        .map(|(word, rule)| json!({ "id": word, "shortDescription": { "text": language.text(&rule.key()) } }));
    let results = verdict.findings.iter().map(|finding| {
        let mut location = json!({ "artifactLocation": { "uri": path(finding) } });
        if let Some(place) = &finding.problem.place {
            location["region"] = json!({ "startLine": place.line, "startColumn": place.column });
        }
        json!({
            "ruleId": finding.rule.word(),
            "level": finding.severity.word(),
            "message": { "text": language.say(&finding.problem.message) },
            "locations": [{ "physicalLocation": location }],
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "sitegen",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn of_forgejo(verdict: &Verdict, language: Language) -> Value {
    let why = |finding: &Finding| {
        let (what, why) = (language.say(&finding.problem.message), language.text(&finding.rule.key()));
        format!("**{}** {what}\n\n{why}", language.text(&finding.severity.key()))
    };
    let (placed, whole): (Vec<&Finding>, Vec<&Finding>) =
        verdict.findings.iter().partition(|finding| finding.problem.place.is_some());
    let comments = placed.iter().filter_map(|finding| {
        let line = finding.problem.place.as_ref()?.line;
        Some(json!({ "path": path(finding), "new_position": line, "body": why(finding) }))
    });
    let body: Vec<String> = whole.iter().map(|finding| format!("`{}`: {}", path(finding), why(finding))).collect();
    let event = if verdict.is_good() { "COMMENT" } else { "REQUEST_CHANGES" };
    json!({ "event": event, "body": body.join("\n\n"), "comments": comments.collect::<Vec<_>>() })
}

impl Severity {
    /// How many findings weigh so much.
    #[must_use]
    pub fn count(self, verdict: &Verdict) -> usize {
        verdict.findings.iter().filter(|finding| finding.severity == self).count()
    }
}
