//! `rotused repo`: repositories, and the sheet of paper by which they are opened when everything else is gone.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Subcommand;
use jiff::Timestamp;
use messages::{Language, Message};
use rotused::backup::{Restic, Workplace};
use rotused::config::{Repository, RepositoryName};

use super::{Configured, load};

/// What can be done with repositories.
#[derive(Subcommand)]
pub(super) enum Repo {
    /// Makes a repository that is named in the configuration: a new, empty, encrypted one, with a second key on a recovery sheet.
    ///
    /// rotused never does this by itself: a repository that is suddenly missing is a fault to look into, not an occasion
    /// to begin a new one. The sheet is a page to be printed and kept in a safe: where the repository is, a key of its own, and how
    /// everything is restored on a bare machine. Without the password or that key nothing can ever be restored. Delete the file when
    /// it is printed.
    Init {
        /// Its name in the configuration.
        name: RepositoryName,
        /// Where the recovery sheet is written, an HTML page that only its owner can read; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        sheet: PathBuf,
        #[command(flatten)]
        configured: Configured,
    },
}

pub(super) fn execute(command: Repo) -> anyhow::Result<()> {
    let Repo::Init { name, sheet, configured } = command;
    let path = &configured.config;
    let config = load(path)?;
    let found = config.repositories.iter().find(|repository| repository.name == name);
    let repository = found.with_context(|| {
        let known: Vec<&str> = config.repositories.iter().map(|repository| repository.name.as_str()).collect();
        format!("no [[repository]] is called \"{name}\" in {}; there are: {}", path.display(), known.join(", "))
    })?;
    // A sheet that cannot be written is known before there is anything that only it could open.
    let mut file =
        new_file(&sheet).with_context(|| format!("the recovery sheet {} cannot be made", sheet.display()))?;
    let made = make(&config.restic, repository, &mut file);
    if made.is_err() {
        let _ = std::fs::remove_file(&sheet);
    }
    made.with_context(|| format!("repository \"{name}\" was not made"))?;
    println!("made the repository \"{name}\"; print {} and keep it in a safe, then delete the file", sheet.display());
    Ok(())
}

fn new_file(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

fn make(restic: &Path, repository: &Arc<Repository>, sheet: &mut std::fs::File) -> anyhow::Result<()> {
    let (workplace, folder) = Workplace::beside(restic.to_owned())?;
    let key = key()?;
    let key_file = folder.path().join("recovery-key");
    new_file(&key_file)?.write_all(key.as_bytes())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let restic = Restic::new(&workplace, Arc::clone(repository));
    runtime.block_on(async {
        restic.init().await?;
        restic.add_key(&key_file).await
    })?;
    sheet.write_all(page(repository, &key, Timestamp::now()).as_bytes())?;
    sheet.sync_all()?;
    Ok(())
}

/// 160 bits in letters that cannot be mistaken for each other (Crockford's Base32), in groups.
fn key() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut octets = [0; 32];
    getrandom::fill(&mut octets).map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
    let letters: Vec<char> = octets.iter().map(|octet| char::from(LETTERS[usize::from(octet & 31)])).collect();
    Ok(letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

/// The page, in every language.
fn page(repository: &Repository, key: &str, now: Timestamp) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let location = escaped(&repository.shown_location());
    let mut body = String::new();
    for language in Language::ALL {
        let say = |key: &str| {
            let message = Message::new(key)
                .with("name", repository.name.as_str())
                .with("at", now.strftime("%Y-%m-%d").to_string());
            escaped(&language.say(&message))
        };
        body.push_str(&format!(
            "<section lang=\"{}\"><h1>{}</h1><p>{}</p><dl><dt>{}</dt><dd><code>{location}</code></dd><dt>{}</dt><dd><code class=\"key\">{key}</code></dd></dl>\
             <h2>{}</h2><ol><li>{}</li><li>{}<pre>rotused restore JOB --list --no-catalogue \\\n    --repository {location} --password-file key</pre></li><li>{}<pre>rotused restore JOB --part NAME --to FILE --no-catalogue \\\n    --repository {location} --password-file key</pre></li><li>{}<pre>createdb NEW &amp;&amp; pg_restore --no-tablespaces -1 -d NEW FILE   # PostgreSQL\nmariadb -e 'CREATE DATABASE new' &amp;&amp; mariadb new &lt; FILE        # MariaDB</pre></li></ol><p>{}</p></section>",
            language.tag(), say("sheet-title"), say("sheet-what"), say("sheet-location"), say("sheet-key"), say("sheet-how"),
            say("sheet-step-key"), say("sheet-step-list"), say("sheet-step-restore"), say("sheet-step-load"), say("sheet-without"),
        ));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"lt\"><head><meta charset=\"utf-8\"><title>{}</title><style>body{{font:12pt/1.4 serif;max-width:18cm;margin:1cm auto;overflow-wrap:anywhere}}\
         .key{{font-size:16pt}}pre{{white-space:pre-wrap}}section+section{{break-before:page}}</style></head><body>{body}</body></html>\n",
        repository.name
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_eight_groups_and_is_another_each_time() {
        let (one, other) = (key().unwrap(), key().unwrap());
        assert_ne!(one, other);
        assert!(one.split('-').count() == 8 && one.split('-').all(|group| group.len() == 4), "{one}");
    }
}
