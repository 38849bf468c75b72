//! Old addresses for the web server that serves the site: it answers with the new one (RFC 9110, 15.4.2), also to those who do
//! not read the page that stands at the old address.

use std::fmt::Write as _;

use crate::outputs::Server;
use crate::site::Site;

/// The map for `server`.
#[must_use]
pub fn write(site: &Site, server: Server) -> String {
    let mut text = match server {
        Server::Nginx => "# http: map $request_uri $new_address { include …/nginx.conf; }\n\
             # server: if ($new_address) { return 301 $new_address; }\n"
            .to_owned(),
        Server::Caddy => "# In the block of the site: import …/caddy.conf\n".to_owned(),
        Server::Apache => "# In the block of the site: Include …/apache.conf (mod_alias, mod_rewrite)\n".to_owned(),
    };
    for (old, id) in site.aliases() {
        let new = &site.node(*id).address;
        if old
            .chars()
            .any(|character| character.is_control() || character.is_whitespace() || "\"'{};\\".contains(character))
        {
            continue;
        }
        // Writing to a string cannot fail.
        let _ = match server {
            Server::Nginx => writeln!(text, "\"{old}\" \"{new}\";"),
            Server::Caddy => writeln!(text, "redir {old} {new} permanent"),
            Server::Apache => match old.split_once('?') {
                None => writeln!(text, "Redirect permanent \"{old}\" \"{new}\""),
                Some((path, query)) => writeln!(
                    text,
                    "RewriteCond %{{QUERY_STRING}} \"^{}$\"\nRewriteRule \"^{}$\" \"{new}\" [R=301,L,QSD]",
                    escaped(query),
                    escaped(path)
                ),
            },
        };
    }
    text
}

/// Text as a regular expression that only it matches.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if "^$.|?*+()[]{}\\".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
