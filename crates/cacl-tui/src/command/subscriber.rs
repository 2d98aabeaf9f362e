//! The Lambda function, run by this executable so that the local AWS needs nothing else to be built.

use crate::Exit;

/// Serves the Runtime API that the environment names, until it is ended.
pub async fn run() -> anyhow::Result<Exit> {
    cacl_subscriber::run().await.map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(Exit::Done)
}
