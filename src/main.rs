//! Reads the command line, and opens the window or runs a headless command.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;
use cover_study::cli::{self, Args, Exit, Renderer};
use cover_study::ui;

fn main() -> ExitCode {
    let args = Args::parse();
    log_own_words();
    let exit = match args.command {
        Some(command) => cli::run(command, args.json),
        None => window(args.study, args.renderer),
    };
    ExitCode::from(exit.code())
}

/// Writes to standard error what this program logs, and nothing else: libraries that speak to the services log whole
/// requests, credentials included.
fn log_own_words() {
    use tracing_subscriber::filter::{EnvFilter, filter_fn};
    use tracing_subscriber::layer::SubscriberExt as _;
    let wanted = EnvFilter::try_from_env("COVER_STUDY_LOG").unwrap_or_else(|_| EnvFilter::new("error"));
    let words = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let own = filter_fn(|metadata| metadata.target().starts_with("cover_study"));
    // Not `init`, which would take in what others log by the `log` crate.
    let set =
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(wanted).with(own).with(words));
    if let Err(error) = set {
        eprintln!("Nothing will be logged: {error}");
    }
}

/// Opens the window; without a display, a bare start goes through the sample study in the terminal.
fn window(study: Option<PathBuf>, renderer: Option<Renderer>) -> Exit {
    let Err(why) = open(study.clone(), renderer) else { return Exit::Done };
    eprintln!("{}", no_window(&why));
    if study.is_some() || ui::has_opened() {
        return Exit::Failed;
    }
    eprintln!("Going through the sample study here instead, as \"cover-study demo\" does.");
    cli::demo_in_terminal()
}

/// Tries the renderer that was asked for, or glow and then wgpu; says in the system's words why none would do.
fn open(study: Option<PathBuf>, renderer: Option<Renderer>) -> Result<(), String> {
    // Where a library is missing, the windowing crate panics: what it says is told below, in one sentence.
    std::panic::set_hook(Box::new(|panic| {
        if std::thread::current().name() != Some("main") {
            eprintln!("{panic}");
        }
    }));
    let run = |renderer| {
        let study = study.clone();
        std::panic::catch_unwind(move || ui::open(study, renderer)).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(ui::OpenError { text: text.unwrap_or_default(), may_try_another: false })
        })
    };
    let result = match renderer {
        Some(Renderer::Glow) => run(eframe::Renderer::Glow),
        Some(Renderer::Wgpu) => run(eframe::Renderer::Wgpu),
        None => run(eframe::Renderer::Glow).or_else(|error| {
            if error.may_try_another && !ui::has_opened() {
                tracing::warn!(error = error.text, "glow cannot draw here, trying wgpu");
                run(eframe::Renderer::Wgpu)
            } else {
                Err(error)
            }
        }),
    };
    result.map_err(|error| error.text)
}

/// One sentence about what is missing for a window.
fn no_window(text: &str) -> String {
    if ui::has_opened() {
        return format!(
            "The window closed because of an error in the program ({text}). What was saved before is safe."
        );
    }
    let lower = text.to_lowercase();
    let libraries = [
        ("xkbcommon-x11", "libxkbcommon-x11-0"),
        ("xkbcommon", "libxkbcommon0"),
        ("libx11-xcb", "libx11-xcb1"),
        ("x11-xcb", "libx11-xcb1"),
        ("libx11", "libx11-6"),
        ("libxcursor", "libxcursor1"),
        ("libxi", "libxi6"),
        ("libegl", "libegl1"),
        ("egl", "libegl1 and libgl1-mesa-dri"),
        ("glx", "libgl1 and libgl1-mesa-dri"),
        ("wayland", "libwayland-client0"),
    ];
    let has_display =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if !has_display {
        return "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).".to_owned();
    }
    if lower.contains("failed to open connection to x server") || lower.contains("wayland compositor") {
        return "No window can be opened: nothing answers at the display that DISPLAY or WAYLAND_DISPLAY names."
            .to_owned();
    }
    match libraries.iter().find(|(name, _)| lower.contains(name)) {
        Some((_, package)) => {
            format!(
                "The window cannot open, because a system library is missing: install the Debian package {package}. ({text})"
            )
        }
        None => format!("The window cannot open: {text}"),
    }
}
