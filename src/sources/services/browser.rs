//! Opening an address in the person's browser.

/// Asks the system to open `address`, without waiting for it. Whether there is anything that could.
pub fn open_browser(address: &str) -> bool {
    let has_display = !cfg!(target_os = "linux")
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|it| !it.is_empty()));
    if !has_display {
        return false;
    }
    let address = address.to_owned();
    // Some browsers only come back when they are closed.
    let work = move || {
        if let Err(error) = webbrowser::open(&address) {
            tracing::warn!(kind = ?error.kind(), "no browser");
        }
    };
    std::thread::Builder::new().name("browser".to_owned()).spawn(work).is_ok()
}
