//! The command line of `sitegen`: one short function a command.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use messages::{Language, Message};
use sitegen::build::{BuildError, Order, build};
use sitegen::release::release;
use sitegen::serve::{ServeError, serve};
use sitegen::site::Publish;

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
  2  the content has mistakes, or the command line is wrong; the site that was there stays

Files, in the folder of --site:
  site.toml   the municipality's name, address and language
  _index.md   a folder's own page; in the uppermost folder, the home page
  *.md        pages: TOML front matter between two +++ lines, then Markdown
  the rest    published as it is";

#[derive(Subcommand)]
enum Command {
    /// Builds the site once and puts it in the place of the old one, in one step.
    Build {
        #[command(flatten)]
        site: SiteArguments,
        /// Builds the site as it is at this time, such as 2026-11-24T12:00:00Z; news of later days are left out
        #[arg(long, value_name = "TIME")]
        now: Option<Timestamp>,
    },
    /// Builds the site, shows it in a browser, and builds it again whenever a file is saved.
    ///
    /// When the content has mistakes, the last good site stays and every page says what there is to mend.
    Serve {
        #[command(flatten)]
        site: SiteArguments,
        /// Where the preview is served
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8081")]
        listen: SocketAddr,
    },
}

#[derive(Args)]
struct SiteArguments {
    /// The folder with site.toml and the pages
    #[arg(long, value_name = "DIR", default_value = "content")]
    site: PathBuf,
    /// Where the built site goes; a folder that sitegen did not make is never replaced
    #[arg(long, value_name = "DIR")]
    output: PathBuf,
    /// Shows drafts and news of later days too
    #[arg(long)]
    drafts: bool,
    /// In which language mistakes are said: lt or en
    #[arg(long, value_name = "TAG", default_value = "lt", value_parser = language)]
    language: Language,
}

fn language(tag: &str) -> Result<Language, String> {
    Language::from_tag(tag).ok_or_else(|| "there are: lt, en".to_owned())
}

impl SiteArguments {
    fn order(&self) -> Order {
        let publish = if self.drafts { Publish::Everything } else { Publish::Finished };
        Order { site: self.site.clone(), publish, language: self.language }
    }
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::Build { site, now } => build_once(&site, now.unwrap_or_else(Timestamp::now)),
        Command::Serve { site, listen } => preview(&site, listen),
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
    let build = match error.downcast_ref::<ServeError>() {
        Some(ServeError::Build(error)) => Some(error),
        _ => error.downcast_ref::<BuildError>(),
    };
    if matches!(build, Some(BuildError::Mistakes(_))) { 2 } else { 1 }
}

fn build_once(arguments: &SiteArguments, now: Timestamp) -> anyhow::Result<()> {
    let files = build(&arguments.order(), now)?;
    release(&files, &arguments.output)?;
    let pages = files.0.keys().filter(|path| path.ends_with(".html")).count();
    let message = Message::new("site-built")
        .with("pages", u64::try_from(pages)?)
        .with("output", arguments.output.display().to_string());
    println!("{}", arguments.language.say(&message));
    Ok(())
}

fn preview(arguments: &SiteArguments, listen: SocketAddr) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = |text: &str| println!("{text}");
    let served = runtime.block_on(serve(&arguments.order(), &arguments.output, listen, report));
    runtime.shutdown_background();
    Ok(served?)
}
