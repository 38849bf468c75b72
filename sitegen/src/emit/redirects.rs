//! Old addresses for the web server that serves the site: it answers with the new one (RFC 9110, 15.4.2), also to those who do
//! not read the page that stands at the old address.
//!
//! An old address is a path, or a path with a query, as `/index.php?id=5`. Servers compare a path after decoding it, so that
//! letters with diacritics are written as they are.

use std::fmt::Write as _;

use crate::outputs::Server;
use crate::site::Site;

/// The map for `server`.
#[must_use]
pub fn write(site: &Site, server: Server) -> String {
    let mut text = match server {
        Server::Nginx => "# In the block http:\n\
             #   map $uri $new_address { include …/nginx.conf; }\n\
             # In the block server:\n\
             #   if ($new_address) { return 301 $new_address; }\n\
             # Addresses with a query are in nginx-query.conf, for map $request_uri $new_address_of_query.\n"
            .to_owned(),
        Server::NginxQuery => {
            "# In the block http: map $request_uri $new_address_of_query { include …/nginx-query.conf; }\n".to_owned()
        }
        Server::Caddy => "# In the block of the site: import …/caddy.conf\n".to_owned(),
        Server::Apache => {
            "# In the block of the site: Include …/apache.conf (mod_alias, mod_rewrite)\nRewriteEngine on\n".to_owned()
        }
    };
    for (number, (old, id)) in site.aliases().iter().enumerate() {
        let new = &site.node(*id).address;
        // Writing to a string cannot fail.
        let _ = match (server, old.split_once('?')) {
            (Server::Nginx, None) | (Server::NginxQuery, Some(_)) => writeln!(text, "\"{old}\" \"{new}\";"),
            (Server::Nginx, Some(_)) | (Server::NginxQuery, None) => Ok(()),
            (Server::Caddy, None) => writeln!(text, "redir \"{old}\" {new} permanent"),
            (Server::Caddy, Some((path, query))) => {
                writeln!(
                    text,
                    "@old{number} {{\n\tpath \"{path}\"\n\tquery \"{query}\"\n}}\nredir @old{number} {new} permanent"
                )
            }
            (Server::Apache, None) => writeln!(text, "RedirectMatch permanent \"^{}$\" \"{new}\"", escaped(old)),
            (Server::Apache, Some((path, query))) => writeln!(
                text,
                "RewriteCond %{{QUERY_STRING}} \"^{}$\"\nRewriteRule \"^{}$\" \"{new}\" [R=301,L,QSD]",
                escaped(query),
                escaped(path)
            ),
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
