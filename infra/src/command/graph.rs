//! Draws the architecture: ours, or that of any template.

use std::path::PathBuf;
use std::process::ExitCode;

use cfn::graph::{Detail, Graph};

use super::failure::Failure;
use super::{source, terminal};

const EXAMPLES: &str = "\
Examples:

  cargo run -p infra -- graph -o infra/architecture.svg
  cargo run -p infra -- graph --format mermaid
  cargo run -p infra -- graph template.json --all -o all.svg

Exit code: 0 drawn, 2 a file cannot be read or written.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// This template (JSON) instead of Parlor's own; `-` reads stdin
    file: Option<PathBuf>,
    /// What the picture is written in
    #[arg(long, value_enum, default_value_t = Format::Svg)]
    format: Format,
    /// Every resource and reference; otherwise a role, a log group or a resolver belongs to whatever it is of
    #[arg(long)]
    all: bool,
    /// Write it here instead of to stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Svg,
    Mermaid,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let detail = if arguments.all { Detail::All } else { Detail::Main };
    let graph = match &arguments.file {
        None => Graph::of(&infra::template(), detail),
        Some(file) => Graph::of_json(&source::read(file)?, detail),
    };
    let text = match arguments.format {
        Format::Svg => graph.to_svg(),
        Format::Mermaid => graph.to_mermaid(),
    };
    match &arguments.output {
        None => Ok(terminal::print(&text)),
        Some(file) => source::write(file, &text).map(|()| ExitCode::SUCCESS),
    }
}
