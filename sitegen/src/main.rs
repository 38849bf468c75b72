//! The command line of `sitegen`: one short function a command.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use messages::{Language, Message};
use sitegen::check::Format;
use sitegen::content::Type;
use sitegen::desk;
use sitegen::publish::PublishError;
use sitegen::record::Record;
use sitegen::release::{ReleaseError, release};
use sitegen::render::Renderer;
use sitegen::serve::{Order, ServeError, serve};
use sitegen::site::{Publish, Site};
use sitegen::subscriptions::SubscriptionError;
use sitegen::web_editor::{self, Forge};
use sitegen::workshop::{BuildError, Workshop};
use strict_toml::FromText;

mod commands;

use commands::gate::{Refused, approve, compliance, judge, pending};
use commands::links::{ExternalArguments, external};
use commands::publish::{PublishArguments, publish_command};
use commands::subscriptions::{SubscriptionArguments, subscriptions};

/// A build makes and drops millions of small texts on all cores, which costs a tenth less with this allocator than with libc's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Turns a folder of Markdown into a municipality's public website.
///
/// Everything is checked before anything is written: a misspelt key, a link to a page that is not there, a date that is none
/// are mistakes with their file, line and column, and the site that was there stays.
#[derive(Parser)]
#[command(version, after_long_help = EXIT_CODES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; for `serve`: stopped by SIGTERM or SIGINT
  1  another failure, in words on standard error
  2  the content has mistakes, or the command line is wrong; the site that was there stays;
     for `links --external`: links to other sites do not work
 75  what goes by by itself: another publish that did not end in time, a mail server that takes nothing

Files, in the folder of --site:
  site.toml              the municipality's name, address and language
  content/_index.md      a folder's own page; in the uppermost folder, the home page
  content/**/*.md        pages: TOML front matter between two +++ lines, then Markdown
  content/**/*.en.md     the same page in English
  content/, the rest     published as it is, beside the pages
  static/                published as it is, at /
  theme/                 templates and styles that replace the built-in ones of the same name

For `publish`, /etc/sitegen/publish.toml says where the repository is and where the public site";

#[derive(Subcommand)]
enum Command {
    /// Builds the site once and puts it in the place of the old one, in one step.
    Build {
        #[command(flatten)]
        site: SiteArguments,
        #[command(flatten)]
        time: TimeArguments,
        /// Where the built site goes; a folder that sitegen did not make is never replaced
        #[arg(long, value_name = "DIR")]
        output: PathBuf,
    },
    /// The gate: says what keeps the site from being published, and what else there is to mend. Writes nothing.
    Check {
        #[command(flatten)]
        site: SiteArguments,
        #[command(flatten)]
        time: TimeArguments,
        /// How findings are written: text, json, sarif, or forgejo (a review of a pull request)
        #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = Format::of_word)]
        format: Format,
        /// A policy of one's own in the place of content/gate.toml
        #[arg(long, value_name = "FILE")]
        policy: Option<PathBuf>,
    },
    /// Records that you, a language editor, approve of texts as they are committed.
    Approve {
        #[command(flatten)]
        site: SiteArguments,
        /// Their files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<String>,
    },
    /// Lists texts that wait for the language editor, for how long, and what changed since they were approved.
    Pending {
        #[command(flatten)]
        site: SiteArguments,
        #[command(flatten)]
        time: TimeArguments,
    },
    /// Shows what the law asks of the site, section by section, and how it stands.
    Compliance {
        #[command(flatten)]
        site: SiteArguments,
        #[command(flatten)]
        time: TimeArguments,
    },
    /// Shows the site in a browser and follows every change that is saved.
    ///
    /// When the content has mistakes, the last good site stays and every page says what there is to mend.
    Serve {
        #[command(flatten)]
        site: SiteArguments,
        /// Shows drafts and news of later days too, each marked
        #[arg(long)]
        drafts: bool,
        /// Where the preview is served
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
        listen: SocketAddr,
        /// Looks at the files every so many milliseconds, for network disks, where nobody tells of changes
        #[arg(long, value_name = "MILLISECONDS")]
        poll: Option<u64>,
    },
    /// Makes the file of a new page, with all keys of its type.
    New {
        #[command(flatten)]
        site: SiteArguments,
        /// The type of the page: news, event, act, service, person, unit, page, …; or press-release
        #[arg(value_name = "TYPE", value_parser = template)]
        template: Template,
        /// What it is called
        #[arg(value_name = "TITLE", required_unless_present = "sitting")]
        title: Option<String>,
        /// Of a press release, the day of the sitting of the council whose decisions it tells of
        #[arg(long, value_name = "DATE")]
        sitting: Option<Date>,
        /// The folder inside content/; without it, the one whose pages are of that type
        #[arg(long, value_name = "FOLDER")]
        folder: Option<String>,
    },
    /// Lists all pages: file, type, address, whether residents see it, title.
    List {
        #[command(flatten)]
        site: SiteArguments,
        /// Only pages of this type
        #[arg(value_name = "TYPE", value_parser = page_type)]
        type_: Option<Type>,
    },
    /// Shows where the links of a page lead and who links to it; or asks whether links to other sites still work.
    Links {
        #[command(flatten)]
        site: SiteArguments,
        /// Its file or its address
        #[arg(value_name = "PAGE", required_unless_present = "external", conflicts_with = "external")]
        page: Option<String>,
        #[command(flatten)]
        external: ExternalArguments,
    },
    /// Prints the configuration of a web editor (Decap CMS) over a forge, for admin/config.yml.
    EditorConfig {
        #[command(flatten)]
        site: SiteArguments,
        /// The forge: forgejo or gitea
        #[arg(long, value_name = "NAME", default_value = "forgejo")]
        backend: String,
        /// Its address, such as https://git.azuolynas.example
        #[arg(long, value_name = "URL")]
        forge: String,
        /// The repository, such as savivaldybe/svetaine
        #[arg(long, value_name = "OWNER/NAME")]
        repository: String,
        /// The branch that is published
        #[arg(long, value_name = "NAME", default_value = "main")]
        branch: String,
    },
    /// Explains a page: its type and address, why residents see it or not, and what depends on it.
    Explain {
        #[command(flatten)]
        site: SiteArguments,
        /// Its file or its address
        #[arg(value_name = "PAGE")]
        page: String,
    },
    /// Publishes the newest commit of a bare repository, if it passes the gate.
    ///
    /// Checks it out, checks it, builds it, reads the result back and switches to it in one step. A commit that is refused
    /// leaves the public site as it is and tells its author. When there is nothing to do, it does nothing.
    Publish(PublishArguments),
    /// Readers by mail: answers their letters, and sends them what is new.
    Subscriptions(SubscriptionArguments),
}

/// What a new page begins as.
#[derive(Debug, Clone, Copy)]
enum Template {
    Page(Type),
    PressRelease,
}

#[derive(Args)]
struct SiteArguments {
    /// The folder with site.toml and content/
    #[arg(long, value_name = "DIR", default_value = ".")]
    site: PathBuf,
    /// In which language mistakes are said: lt or en
    #[arg(long, value_name = "TAG", default_value = "lt", value_parser = language)]
    language: Language,
    /// Where pictures that were made once are kept; without it, in the user's cache folder
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

impl SiteArguments {
    /// As the XDG Base Directory Specification has it; whoever has no home has a folder for temporary files.
    fn cache(&self) -> PathBuf {
        let of_user = || {
            let set = |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
            set("XDG_CACHE_HOME").or_else(|| Some(set("HOME")?.join(".cache")))
        };
        self.cache.clone().unwrap_or_else(|| of_user().unwrap_or_else(std::env::temp_dir).join("sitegen"))
    }
}

#[derive(Args)]
struct TimeArguments {
    /// The site as it is at this time, such as 2026-11-24T12:00:00Z; news of later times are left out
    #[arg(long, value_name = "TIME")]
    now: Option<Timestamp>,
    /// Drafts and news of later times too
    #[arg(long)]
    drafts: bool,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "there are: lt, en".to_owned())
}

fn page_type(word: &str) -> Result<Type, String> {
    Type::from_text(word).map_err(|_| {
        let words: Vec<&str> = Type::ALL.iter().map(|(word, _)| *word).collect();
        format!("there are: {}", words.join(", "))
    })
}

fn template(word: &str) -> Result<Template, String> {
    if word == "press-release" { Ok(Template::PressRelease) } else { page_type(word).map(Template::Page) }
}

const fn publish(drafts: bool) -> Publish {
    if drafts { Publish::Everything } else { Publish::Finished }
}

fn main() -> ExitCode {
    // Small texts leave much of a huge page empty: a sixth more memory, and no time gained that can be measured. Where there are
    // none, nothing has to be turned off.
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let done = match CommandLine::parse().command {
        Command::Build { site, time, output } => build(&site, &time, &output),
        Command::Check { site, time, format, policy } => judge(&site, &time, format, policy.as_deref()),
        Command::Approve { site, files } => approve(&site, &files),
        Command::Pending { site, time } => pending(&site, &time),
        Command::Compliance { site, time } => compliance(&site, &time),
        Command::Serve { site, drafts, listen, poll } => preview(&site, drafts, listen, poll),
        Command::New { site, template, title, sitting, folder } => {
            new_page(&site, template, title, sitting, folder.as_deref())
        }
        Command::List { site, type_ } => list(&site, type_),
        Command::Links { site, page: Some(page), .. } => links(&site, &page),
        Command::Links { site, page: None, external: arguments } => external(&site, &arguments),
        Command::EditorConfig { site, backend, forge, repository, branch } => {
            editor_config(&site, &Forge { backend, repository, address: forge, branch })
        }
        Command::Explain { site, page } => explain(&site, &page),
        Command::Publish(arguments) => publish_command(&arguments),
        Command::Subscriptions(arguments) => subscriptions(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(exit_code(&error))
        }
    }
}

fn exit_code(error: &anyhow::Error) -> u8 {
    if let Some(error) = error.downcast_ref::<PublishError>() {
        return error.exit_code();
    }
    if let Some(error) = error.downcast_ref::<SubscriptionError>() {
        return error.exit_code();
    }
    let build = match error.downcast_ref::<ServeError>() {
        Some(ServeError::Build(error)) => Some(error),
        _ => error.downcast_ref::<BuildError>(),
    };
    if matches!(build, Some(BuildError::Mistakes(_))) || error.is::<Refused>() { 2 } else { 1 }
}

fn build(arguments: &SiteArguments, time: &TimeArguments, output: &Path) -> anyhow::Result<()> {
    let now = time.now.unwrap_or_else(Timestamp::now);
    let publish = publish(time.drafts);
    let output = &place(&arguments.site, output)?;
    let cache = arguments.cache();
    let inputs = Record::of(&arguments.site, publish);
    if let (Some(inputs), Some(record)) = (inputs, Record::read(&cache, output))
        && record.holds(inputs, now)
    {
        println!("{}", arguments.language.text("site-unchanged"));
        return Ok(());
    }
    let mut workshop = Workshop::open(&arguments.site, &arguments.cache(), arguments.language)?;
    let (site, outputs) = workshop.plan(now, publish)?;
    let record = Record::new(inputs, now, site.holds_until());
    let renderer = Renderer::new(&site, workshop.theme());
    let files = release(&site, &renderer, &outputs, output).map_err(|error| match error {
        ReleaseError::Render(error) => BuildError::of(error, arguments.language).into(),
        error => anyhow::Error::from(error),
    })?;
    record.keep(&cache, output, &files);
    workshop.pictures().sweep(SystemTime::now());
    let message = Message::new("site-built")
        .with("pages", u64::try_from(outputs.iter().filter(|(path, _)| path.ends_with(".html")).count())?)
        .with("output", output.display().to_string());
    println!("{}", arguments.language.say(&message));
    tell(&site, arguments.language);
    print!("{}", desk::waiting(workshop.sources(), site.now, arguments.language));
    Ok(())
}

/// Where the site really goes: a symbolic link is followed. Not into what it is made of, where it would become content.
fn place(site: &Path, output: &Path) -> anyhow::Result<PathBuf> {
    let resolved = std::fs::canonicalize(output).or_else(|_| std::path::absolute(output))?;
    for name in ["content", "static", "theme"] {
        if let Ok(source) = std::fs::canonicalize(site.join(name))
            && resolved.starts_with(&source)
        {
            anyhow::bail!(
                "{} is inside {}, of which the site is made; choose another --output",
                output.display(),
                source.display()
            );
        }
    }
    Ok(resolved)
}

/// Tells of what does not keep the site from being built.
fn tell(site: &Site, language: Language) {
    if site.notes().is_empty() {
        return;
    }
    let count = u64::try_from(site.notes().len()).unwrap_or(u64::MAX);
    eprintln!("{}", language.say(&Message::new("site-told").with("count", count)));
    for note in site.notes() {
        eprintln!("{}", note.describe(language));
    }
}

fn open(arguments: &SiteArguments, now: Timestamp) -> anyhow::Result<(Workshop, Site)> {
    let mut workshop = Workshop::open(&arguments.site, &arguments.cache(), arguments.language)?;
    let site = workshop.site(now, Publish::Everything);
    Ok((workshop, site))
}

fn preview(arguments: &SiteArguments, drafts: bool, listen: SocketAddr, poll: Option<u64>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let order = Order {
        site: arguments.site.clone(),
        cache: arguments.cache(),
        publish: publish(drafts),
        language: arguments.language,
        address: listen,
        poll: poll.map(|milliseconds| Duration::from_millis(milliseconds.max(1))),
    };
    let served = runtime.block_on(serve(&order, |text| println!("{text}")));
    runtime.shutdown_background();
    Ok(served?)
}

fn new_page(
    arguments: &SiteArguments,
    template: Template,
    title: Option<String>,
    sitting: Option<Date>,
    folder: Option<&str>,
) -> anyhow::Result<()> {
    let (workshop, site) = open(arguments, Timestamp::now())?;
    let sources = workshop.sources();
    let path = match (template, sitting) {
        (Template::Page(type_), None) => desk::new(sources, type_, &title.unwrap_or_default(), folder, site.now)?,
        (Template::PressRelease, Some(day)) => desk::press_release(&site, sources, day, title, folder)?,
        _ => anyhow::bail!(
            "a press release needs --sitting, and nothing else has it: sitegen new press-release --sitting 2026-11-26"
        ),
    };
    println!("{}", path.display());
    Ok(())
}

fn list(arguments: &SiteArguments, type_: Option<Type>) -> anyhow::Result<()> {
    let (_, site) = open(arguments, Timestamp::now())?;
    print!("{}", desk::list(&site, type_, arguments.language));
    Ok(())
}

fn links(arguments: &SiteArguments, page: &str) -> anyhow::Result<()> {
    let (workshop, site) = open(arguments, Timestamp::now())?;
    let id = find(&workshop, &site, page, arguments.language)?;
    print!("{}", desk::links(&site, id, arguments.language));
    Ok(())
}

fn explain(arguments: &SiteArguments, page: &str) -> anyhow::Result<()> {
    let (workshop, site) = open(arguments, Timestamp::now())?;
    let id = find(&workshop, &site, page, arguments.language)?;
    print!("{}", desk::explain(&site, id, arguments.language));
    Ok(())
}

fn editor_config(arguments: &SiteArguments, forge: &Forge) -> anyhow::Result<()> {
    let workshop = Workshop::open(&arguments.site, &arguments.cache(), arguments.language)?;
    print!("{}", web_editor::configuration(workshop.sources(), forge, arguments.language));
    Ok(())
}

fn find(workshop: &Workshop, site: &Site, page: &str, language: Language) -> anyhow::Result<sitegen::site::PageId> {
    let missing = || anyhow::anyhow!(language.say(&Message::new("site-no-page").with("page", page)));
    desk::find(site, workshop.sources(), page).ok_or_else(missing)
}
