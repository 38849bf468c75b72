//! Pictures that are larger than anybody needs.

use messages::Message;
use strict_toml::Problem;

use super::Case;
use super::finding::{Finding, Rule};

/// Photographs are made smaller for readers, but kept whole in the repository for ever: what a telephone takes is enough.
const MOST_OF_PHOTOGRAPHS: u64 = 10_000_000;

/// Drawings and moving pictures are sent as they are.
const MOST_OF_OTHERS: u64 = 1_000_000;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let all = case.sources.assets.values().chain(case.sources.statics.values());
    let large = all.filter_map(|asset| {
        let most = most(asset.path.extension()?.to_str()?)?;
        (asset.size > most).then_some((asset, most))
    });
    let told = large.map(|(asset, most)| {
        let name = asset.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let megabytes = |octets: u64| {
            let tenths = octets.div_ceil(100_000);
            format!("{}.{}", tenths / 10, tenths % 10)
        };
        let message = Message::new("check-picture-size").with("file", name);
        let message = message.with("size", megabytes(asset.size)).with("most", megabytes(most));
        Finding::new(Rule::PictureSize, Problem::of_file(&asset.path, message))
    });
    told.collect()
}

/// How many octets a picture with this ending should have at most; none if it is no picture.
fn most(ending: &str) -> Option<u64> {
    match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "png" | "webp" => Some(MOST_OF_PHOTOGRAPHS),
        "gif" | "svg" => Some(MOST_OF_OTHERS),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_weighed() {
        assert_eq!((most("JPG"), most("svg"), most("pdf")), (Some(MOST_OF_PHOTOGRAPHS), Some(MOST_OF_OTHERS), None));
    }
}
