//! What pages load: their looks and scripts, which are part of the program.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::get;

/// Addresses of what pages load, of which media type it is, and what it says.
const ASSETS: [(&str, &str, &str); 5] = [
    ("/style.css", STYLE_SHEET, include_str!("../../templates/style.css")),
    ("/live.js", SCRIPT, include_str!("../../templates/live.js")),
    ("/chart.js", SCRIPT, include_str!("../../templates/chart.js")),
    ("/uplot.js", SCRIPT, include_str!("../../vendor/uplot/uPlot.iife.min.js")),
    ("/uplot.css", STYLE_SHEET, include_str!("../../vendor/uplot/uPlot.min.css")),
];

const STYLE_SHEET: &str = "text/css; charset=utf-8";

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Where they are served.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    ASSETS.iter().fold(Router::new(), |router, (path, media_type, text)| {
        // Pages read themselves again every ten seconds; their looks change with a release.
        let headers = [(CONTENT_TYPE, *media_type), (CACHE_CONTROL, "max-age=300")];
        router.route(path, get(async move || (headers, *text)))
    })
}
