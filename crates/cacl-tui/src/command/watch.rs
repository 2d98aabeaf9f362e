//! `watch`: the deployed pipeline's log, live.

use std::{cell::OnceCell, time::Duration};

use cacl_aws::{Identity, Reason, Session, Status, stack, stack::Stack};
use cacl_event::ClientKey;
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;

use super::{
    headless::{Headless, Sought, stopped},
    journaled::{self, Journaled, Wish},
    observer::Observer,
    view::{self, Beside},
};
use crate::{
    Exit,
    cli::{
        Global, Watch,
        values::{Color, Output, Start},
    },
    failure::{Failure, note},
    feed::{Feed, live},
    journal::{Keeper, Reader},
    look,
    report::{Form, Lines, Style},
    screen::{self, Scene, Wishes},
    signals::Signals,
};

/// When the stack is looked for again; the SDK has tried three times by itself before.
const AGAIN: Duration = Duration::from_secs(3);

/// How to make a change where there is no console.
const LOCAL: &str = "Try it, in a shell that has the lines which `cacl-tui local` printed:\n\
    pool=$(aws cognito-idp list-user-pools --max-results 1 \\\n\
    --query 'UserPools[0].Id' --output text)\n\
    client=$(aws cognito-idp list-user-pool-clients --user-pool-id $pool \\\n\
    --query 'UserPoolClients[0].ClientId' --output text)\n\
    aws cognito-idp update-user-pool-client --user-pool-id $pool \\\n\
    --client-id $client --client-name mine";

/// Where the changes arrive.
#[derive(Debug)]
pub struct Place {
    /// The log group.
    pub group: String,
    /// The stack it belongs to, if that was asked for.
    pub stack: Option<Stack>,
}

impl Place {
    /// Since when it is as it is.
    pub fn armed(&self) -> Option<Timestamp> {
        self.stack.as_ref().and_then(|stack| stack.updated.or(stack.created))
    }

    /// The client that the stack made to try things on, if it did.
    pub fn sandbox(&self) -> Option<ClientKey> {
        let output = |name| self.stack.as_ref()?.outputs.get(name).map(|value| value.as_str().into());
        Some(ClientKey { user_pool: output("UserPoolId")?, client: output("AppClientId")? })
    }
}

/// Runs it.
pub async fn run(options: Watch, global: &Global) -> anyhow::Result<Exit> {
    let output = output(options.output)?;
    if options.no_journal && options.since == Some(Start::Last) {
        let what = "where the last run ended stands in its journal, and there is to be none";
        let help = "leave out --no-journal (and CACL_NO_JOURNAL), or say from when on, as in --since 24h";
        return Err(Failure::new(Exit::Usage, what, help).into());
    }
    let session = Session::open(&global.access()).await?;
    match output {
        Output::Tui => {
            let name = options.log_group.clone().unwrap_or_else(|| global.stack());
            let scene = scene(&session, &name, None, options.view.wishes(global.reach()));
            let scene = Scene { filter: options.filter.filter.clone(), ..scene };
            let mut signals = Signals::listen()?;
            let screen = screen::Session::enter(!global.no_mouse)?;
            in_screen(screen, &session, &scene, &options, global, &mut signals).await
        }
        Output::Text | Output::Jsonl => {
            let place = find(&session, &options, global).await?;
            in_lines(session, &place, &options, output, global, &mut Signals::listen()?).await
        }
    }
}

/// The form that was asked for, or the one that suits stdout.
pub fn output(asked: Option<Output>) -> Result<Output, Failure> {
    match asked {
        None if look::shown_in_terminal() => Ok(Output::Tui),
        None => Ok(Output::Text),
        Some(Output::Tui) if !look::shown_in_terminal() => Err(Failure::new(
            Exit::Usage,
            "the live view needs a terminal, and stdout is none",
            "use --output text or --output jsonl",
        )),
        Some(output) => Ok(output),
    }
}

/// How a form is written to stdout.
pub fn form(output: Output, color: Color) -> Form {
    let style = Style::from(look::look(color));
    match output {
        Output::Jsonl => Form::Jsonl,
        Output::Tui | Output::Text if look::shown_in_terminal() => Form::Block(style),
        Output::Tui | Output::Text => Form::Line(style),
    }
}

/// Where the changes arrive.
pub async fn find(session: &Session, options: &Watch, global: &Global) -> anyhow::Result<Place> {
    if let Some(group) = &options.log_group {
        return Ok(Place { group: group.clone(), stack: None });
    }
    let name = global.stack();
    let Some(stack) = stack::describe(session, &name).await? else {
        return Err(not_deployed(session, global).into());
    };
    let Some(group) = stack.outputs.get("LogGroupName").cloned() else {
        let what = format!("the stack {name} is {} and has no log group to follow", stack.status);
        return Err(Failure::new(
            Exit::NotFound,
            what,
            format!("to stand it up, or mend it: {}", global.next("deploy")),
        )
        .into());
    };
    Ok(Place { group, stack: Some(stack) })
}

/// Says so, and where was looked.
fn not_deployed(session: &Session, global: &Global) -> Failure {
    let what = format!("nothing is deployed: there is no stack {} in {}", global.stack(), session.region());
    let help = format!(
        "to stand it up: {}\nif it stands elsewhere: --region, --profile, --prefix or --stack-name",
        global.next("deploy")
    );
    Failure::new(Exit::NotFound, what, help)
}

/// The header's facts, as far as they are known.
pub fn scene(session: &Session, name: &str, identity: Option<&Identity>, wishes: Wishes) -> Scene {
    Scene {
        recorded: false,
        stack: name.to_owned(),
        account: identity.map(|identity| identity.account.clone()).unwrap_or_default(),
        region: session.region().to_owned(),
        who: identity.map(Identity::name).unwrap_or_default(),
        armed: None,
        hint: session.is_loopback().then(|| LOCAL.to_owned()),
        wishes,
        filter: None,
    }
}

/// Watches in a terminal that has been taken over already, and is given back, and asks AWS nothing before the first picture is drawn.
pub async fn in_screen(
    mut screen: screen::Session,
    session: &Session,
    scene: &Scene,
    options: &Watch,
    global: &Global,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    let observer = Observer::new(options);
    let asked = scene.who.is_empty().then(|| stream::once(caller(session)));
    let caller = stream::iter(asked).flatten().filter_map(std::future::ready).map(Ok).boxed_local();
    let keeper = OnceCell::new();
    // What a screen shows it can show anew; what is counted, judged or handed over to a command is so once.
    let patience = if observer.is_needed() { live::PATIENCE } else { Duration::ZERO };
    let feed = stream::select(caller, found(session, options, global, patience, &keeper));
    let look = look::look(global.color);
    let beside = Beside { observer, timeout: options.timeout, keeper: Some(&keeper) };
    let exit = view::show(&mut screen, scene, &look, feed, beside, signals).await;
    drop(screen);
    close(keeper.into_inner(), Reader::Screen).await;
    exit
}

/// Who is asking. Only the header wants to know, so it may stay unknown.
async fn caller(session: &Session) -> Option<Feed> {
    match session.identity().await {
        Ok(identity) => Some(Feed::Caller { name: identity.name(), account: identity.account }),
        Err(error) => {
            tracing::warn!(why = error.why, "{error}");
            None
        }
    }
}

/// What happens at the place that is found first. While the network keeps that from being found, it is tried again.
fn found<'a>(
    session: &'a Session,
    options: &'a Watch,
    global: &'a Global,
    patience: Duration,
    kept: &'a OnceCell<Keeper>,
) -> impl Stream<Item = anyhow::Result<Feed>> + 'a {
    Box::pin(async_stream::stream! {
        let place = loop {
            match find(session, options, global).await {
                Ok(place) => break place,
                Err(error) => match trouble(&error) {
                    Some(trouble) => yield Ok(Feed::Status(trouble)),
                    None => {
                        yield Err(error);
                        return;
                    }
                },
            }
            tokio::time::sleep(AGAIN).await;
        };
        if let Some(armed) = place.armed() {
            yield Ok(Feed::Armed(armed));
        }
        let opened = journaled::open(session, &place, wish(options, Reader::Screen, patience)).await;
        let Journaled { mut feed, keeper } = match opened {
            Ok(opened) => opened,
            Err(error) => {
                yield Err(error);
                return;
            }
        };
        if let Some(keeper) = keeper {
            let _first = kept.set(keeper);
        }
        while let Some(item) = feed.next().await {
            yield Ok(item);
        }
    })
}

fn wish(options: &Watch, reader: Reader, patience: Duration) -> Wish {
    let handed = reader == Reader::Screen && options.exec.is_some();
    let (start, source, journal) = (options.since, options.source, !options.no_journal);
    Wish { reader: Some(reader), start, source, journal, patience, handed }
}

async fn close(keeper: Option<Keeper>, reader: Reader) {
    if let Some(keeper) = keeper
        && let Some(words) = keeper.close(reader).await
    {
        note(&words);
    }
}

/// The trouble that passes by itself.
fn trouble(error: &anyhow::Error) -> Option<Status> {
    let error = error.downcast_ref::<cacl_aws::Error>()?;
    match error.reason {
        Reason::Throttled => Some(Status::Throttled { retry: AGAIN }),
        Reason::Offline => Some(Status::Offline { retry: AGAIN, why: error.why.clone().unwrap_or_default() }),
        _ => None,
    }
}

/// The log of a place.
pub fn sought(place: &Place, global: &Global) -> Sought {
    Sought { group: place.group.clone(), deploy: global.next("deploy") }
}

/// Watches on stdout.
pub async fn in_lines(
    session: Session,
    place: &Place,
    options: &Watch,
    output: Output,
    global: &Global,
    signals: &mut Signals,
) -> anyhow::Result<Exit> {
    // AWS may be long in answering whose journal it is, and another run may have the journal.
    let Journaled { feed, keeper } = tokio::select! {
        biased;
        stop = signals.next() => return Ok(stopped(stop)),
        opened = journaled::open(&session, place, wish(options, Reader::Lines, live::PATIENCE)) => opened?,
    };
    let headless = Headless {
        out: Lines::stdout(),
        form: form(output, global.color),
        sought: sought(place, global),
        observer: Observer::new(options),
        timeout: options.timeout,
        keeper: keeper.clone(),
    };
    let exit = headless.run(feed, signals).await;
    close(keeper, Reader::Lines).await;
    exit
}
