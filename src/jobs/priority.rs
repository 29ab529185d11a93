//! Long work that leaves the computer usable.

/// How much other programs are preferred, on Unix's scale from -20 to 19: beside one that computes all the time, a
/// third of its share is left.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// Lets other programs, and the window, go before this thread and the threads that it will start. Where the system
/// has no such thing for single threads, all stay equal.
pub fn let_others_go_first() {
    #[cfg(target_os = "linux")]
    {
        // The threads that the whole program shares are started now, since they would inherit it too.
        rayon::current_num_threads();
        // On Linux it is a property of the calling thread, handed down to those that it starts.
        if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
            tracing::debug!(%error, "long work keeps its priority");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn only_this_thread_and_its_own_step_back() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();
        let inside = std::thread::scope(|scope| {
            let work = move || {
                super::let_others_go_first();
                std::thread::scope(|scope| {
                    std::thread::Builder::new().spawn_scoped(scope, niceness).unwrap().join().unwrap()
                })
            };
            std::thread::Builder::new().spawn_scoped(scope, work).unwrap().join().unwrap()
        });
        assert_eq!((niceness(), inside), (before, super::NICENESS));
    }
}
