//! How often to poll, told from outside while it goes on.

use std::time::Duration;

use tokio::{
    sync::watch::Receiver,
    time::{Instant, sleep_until},
};

/// A pace of polls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pace {
    /// From the end of a poll to the next.
    pub pause: Duration,
    /// Whether a poll that is due looks back all the way, also in a busy log.
    pub deep: bool,
    /// How often a poll was asked for that does not wait until it is due.
    pub asked: u32,
}

impl Pace {
    /// Polls with this pause.
    pub(super) fn every(pause: Duration) -> Self {
        Self { pause, deep: false, asked: 0 }
    }
}

/// Waits for the next poll after one that ended at `ended` and that answered all that was asked for before `answered`;
/// whether it has to be a deep one.
pub(super) async fn rest(pace: &mut Receiver<Pace>, answered: u32, ended: Instant) -> bool {
    loop {
        let Pace { pause, deep, asked } = *pace.borrow_and_update();
        if asked != answered {
            return false;
        }
        tokio::select! {
            biased;
            () = sleep_until(ended + pause) => return deep,
            Ok(()) = pace.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pace_may_change_while_it_is_waited_for() {
        let began = Instant::now();
        let (sender, mut pace) = watch::channel(Pace { deep: true, ..Pace::every(Duration::from_secs(30)) });
        assert!(rest(&mut pace, 0, began).await);
        assert_eq!(began.elapsed().as_secs(), 30);
        let (ended, faster) = (Instant::now(), async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            sender.send_modify(|pace| pace.pause = Duration::from_secs(10));
        });
        tokio::join!(rest(&mut pace, 0, ended), faster);
        assert_eq!(ended.elapsed().as_secs(), 10);
        sender.send_modify(|pace| pace.asked = 1);
        assert!(!rest(&mut pace, 0, Instant::now()).await, "what was asked for during a poll is not answered by it");
        drop(sender);
        let ended = Instant::now();
        assert!(rest(&mut pace, 1, ended).await, "with nobody to change it, it stays");
        assert_eq!(ended.elapsed().as_secs(), 10);
    }
}
