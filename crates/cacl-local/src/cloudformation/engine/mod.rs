//! What brings a stack to where it was asked to be: creation, update and deletion, each with its way back. Operations run
//! as tasks of their own and report through the stack's events alone.

mod create;
mod delete;
mod step;
mod update;

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use tokio_util::sync::CancellationToken;

use super::{
    intrinsics::{Pseudo, Scope},
    order::Graph,
    state::{Execution, Stack, StackResource, Status},
    template::Template,
};
use crate::world::{AwsError, Caller, Resource, Shared, lock};

/// What a stack is to be.
#[derive(Debug, Clone)]
pub struct Goal {
    /// The template.
    pub template: Arc<Template>,
    /// Values of its parameters.
    pub parameters: BTreeMap<String, String>,
}

/// What is to be done.
#[derive(Debug)]
pub enum Task {
    /// Make the stack.
    Create(Goal),
    /// Change it.
    Update(Goal),
    /// Take it away, but for these resources.
    Delete {
        /// Logical ids of what is to stay.
        retain: Vec<String>,
    },
}

/// An operation on a stack.
#[derive(Debug)]
struct Operation {
    world: Shared,
    caller: Caller,
    stack_id: String,
    stack_name: String,
    token: Option<String>,
    /// Cancelled by the first failure, and by a deletion that cannot wait.
    halt: CancellationToken,
    deletes: bool,
}

/// Sets the stack going and returns at once. The caller of this has made sure that the stack may.
pub fn start(world: &Shared, caller: &Caller, stack: &mut Stack, token: Option<&str>, task: Task) {
    let deletes = matches!(task, Task::Delete { .. });
    if deletes {
        stack.stop.cancel();
        stack.stop = CancellationToken::new();
    }
    let operation = Operation {
        world: Arc::clone(world),
        caller: caller.clone(),
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        token: token.map(str::to_owned),
        halt: stack.stop.child_token(),
        deletes,
    };
    let status = match &task {
        Task::Create(_) => Status::CreateInProgress,
        Task::Update(_) => Status::UpdateInProgress,
        Task::Delete { .. } => Status::DeleteInProgress,
    };
    stack.turn_to(world, token, status, Some("User Initiated".to_owned()));
    let before = match &task {
        Task::Create(goal) | Task::Update(goal) => stack.aim(goal),
        Task::Delete { .. } => None,
    };
    let turn = Arc::clone(&stack.turn);
    tokio::spawn(async move {
        let _turn = turn.lock_owned().await;
        match task {
            Task::Create(goal) => operation.create(&goal).await,
            Task::Update(goal) => operation.update(&goal, before).await,
            Task::Delete { retain } => operation.delete(&retain).await,
        }
        operation.close_change_set();
    });
}

impl Stack {
    /// Takes template and parameters on; gives those from before.
    fn aim(&mut self, goal: &Goal) -> Option<Goal> {
        let before = self.template.replace(Arc::clone(&goal.template));
        let parameters = std::mem::replace(&mut self.parameters, goal.parameters.clone());
        before.map(|template| Goal { template, parameters })
    }

    /// The pseudo parameters.
    pub fn pseudo(&self, region: &str) -> Pseudo {
        Pseudo { region: region.to_owned(), stack_name: self.name.clone(), stack_id: self.id.clone() }
    }
}

/// What there is of a stack by logical id.
pub fn made(stack: &Stack) -> BTreeMap<String, Resource> {
    let made =
        stack.resources.iter().filter_map(|resource| Some((resource.logical_id.clone(), resource.made.clone()?)));
    made.collect()
}

impl Operation {
    /// Reads or changes the stack, which is never taken out of the state.
    fn with<T: Default>(&self, act: impl FnOnce(&mut Stack) -> T) -> T {
        lock(&self.world.cloudformation).find_mut(&self.stack_id).map(act).unwrap_or_default()
    }

    /// Turns the stack, unless it is being deleted meanwhile.
    fn turn(&self, status: Status, reason: Option<String>) {
        self.with(|stack| {
            if self.deletes || stack.status != Status::DeleteInProgress {
                stack.turn_to(&self.world, self.token.as_deref(), status, reason);
            }
        });
    }

    fn turn_resource(&self, logical_id: &str, status: Status, reason: Option<String>) {
        self.with(|stack| {
            stack.turn_resource(&self.world, self.token.as_deref(), logical_id, status, reason);
        });
    }

    fn resource(&self, logical_id: &str) -> Option<StackResource> {
        self.with(|stack| stack.resource(logical_id).cloned())
    }

    /// Whoever asked, through CloudFormation, in a request of its own.
    fn agent(&self) -> Caller {
        self.caller.through_cloudformation(self.world.ids.uuid())
    }

    fn pseudo(&self) -> Pseudo {
        Pseudo {
            region: self.world.region.clone(),
            stack_name: self.stack_name.clone(),
            stack_id: self.stack_id.clone(),
        }
    }

    /// Evaluates with what the stack has by now.
    fn evaluate<T>(&self, goal: &Goal, act: impl FnOnce(&Scope<'_>) -> Result<T, AwsError>) -> Result<T, AwsError> {
        let pseudo = self.pseudo();
        let mut scope = Scope::new(&goal.template, &goal.parameters, &pseudo)?;
        scope.resources = self.with(|stack| made(stack));
        act(&scope)
    }

    fn close_change_set(&self) {
        self.with(|stack| {
            let failed = !matches!(stack.status, Status::CreateComplete | Status::UpdateComplete);
            for set in &mut stack.change_sets {
                match set.execution {
                    Execution::InProgress if failed => set.execution = Execution::Failed,
                    Execution::InProgress => set.execution = Execution::Complete,
                    Execution::Available => set.execution = Execution::Obsolete,
                    _ => {}
                }
            }
        });
    }
}

/// Acts on every node once all that it waits for has succeeded, on as many as can be at a time. Gives the nodes that
/// failed; what waits for them is left alone, and after a failure nothing new is begun if so wished.
async fn run<F, Acting>(graph: &Graph, stop_at_failure: bool, act: F) -> Vec<String>
where
    F: Fn(String) -> Acting,
    Acting: Future<Output = bool>,
{
    let mut waiting = graph.clone();
    let mut failed = Vec::new();
    let mut running = FuturesUnordered::new();
    loop {
        if failed.is_empty() || !stop_at_failure {
            let ready = waiting.extract_if(.., |_, before| before.is_empty());
            for (node, _) in ready {
                let acting = act(node.clone());
                running.push(async move { (node, acting.await) });
            }
        }
        match running.next().await {
            None => return failed,
            Some((node, true)) => waiting.values_mut().for_each(|before| {
                before.remove(&node);
            }),
            Some((node, false)) => failed.push(node),
        }
    }
}

/// `[A, B]`, sorted.
fn names(names: &[String]) -> String {
    let mut names: Vec<_> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    format!("[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, collections::BTreeSet};

    use super::*;

    async fn order(stop_at_failure: bool) -> (Vec<String>, Vec<String>) {
        let edges = [("a", vec![]), ("b", vec!["a"]), ("c", vec!["a"]), ("d", vec!["b", "c"]), ("e", vec![])];
        let graph: Graph = edges
            .into_iter()
            .map(|(node, before)| (node.to_owned(), before.into_iter().map(str::to_owned).collect::<BTreeSet<_>>()))
            .collect();
        let seen = RefCell::new(Vec::new());
        let failed = run(&graph, stop_at_failure, |node| {
            seen.borrow_mut().push(node.clone());
            std::future::ready(node != "b")
        })
        .await;
        (seen.into_inner(), failed)
    }

    #[tokio::test]
    async fn what_waits_for_a_failure_is_left_alone() {
        let (seen, failed) = order(false).await;
        assert_eq!(failed, ["b"]);
        assert!(!seen.contains(&"d".to_owned()), "{seen:?}");
        assert_eq!(seen.len(), 4);
    }

    #[tokio::test]
    async fn nothing_is_begun_before_what_it_waits_for() {
        let (seen, _) = order(true).await;
        let place = |node: &str| seen.iter().position(|other| other == node);
        assert!(place("a") < place("b") && place("a") < place("c"), "{seen:?}");
    }

    const CHAIN: &str = r"
Resources:
  First: {Type: AWS::SQS::Queue}
  Beside: {Type: AWS::S3::Bucket}
  Second: {Type: AWS::SNS::Topic, DependsOn: First}
";

    /// A world at the fast pace, on a clock that jumps to whatever is waited for.
    fn paced() -> (Shared, Caller) {
        let options = crate::Options {
            port: 0,
            pace: crate::Pace::Fast,
            faults: crate::Faults::default(),
            subscriber: Vec::new(),
            region: "us-east-1".to_owned(),
            seed: 1,
        };
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 4566));
        let world = crate::world::World::new(options, crate::world::Clock::System, address);
        let caller = crate::sts::anybody(&world);
        (world, caller)
    }

    fn call(world: &Shared, caller: &Caller, form: &str) {
        let form = crate::protocol::query::Form::new(form);
        let action = form.get("Action").expect("an action");
        crate::cloudformation::handle(world, caller, action, &form).expect("done");
    }

    /// Status of the stack `s`, whatever became of it, and of its resources.
    fn statuses(world: &Shared) -> (Status, Vec<Status>) {
        let state = lock(&world.cloudformation);
        let stack = &state.all()[0];
        (stack.status, stack.resources.iter().map(|resource| resource.status).collect())
    }

    #[tokio::test(start_paused = true)]
    async fn a_deletion_need_not_wait_for_the_creation_to_end() {
        let (world, caller) = paced();
        let template = crate::protocol::encode(CHAIN);
        call(&world, &caller, &format!("Action=CreateStack&StackName=s&TemplateBody={template}"));
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        assert_eq!(statuses(&world).0, Status::CreateInProgress);
        call(&world, &caller, "Action=DeleteStack&StackName=s");
        assert_eq!(statuses(&world).0, Status::DeleteInProgress);
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        let (stack, resources) = statuses(&world);
        assert_eq!(stack, Status::DeleteComplete);
        assert!(resources.iter().all(|status| *status == Status::DeleteComplete), "{resources:?}");
        let second = lock(&world.cloudformation).all()[0].resource("Second").is_some();
        assert!(!second, "what was not begun was never made");
    }

    #[tokio::test(start_paused = true)]
    async fn what_depends_on_nothing_is_made_at_the_same_time() {
        let (world, caller) = paced();
        let template = crate::protocol::encode(CHAIN);
        call(&world, &caller, &format!("Action=CreateStack&StackName=s&TemplateBody={template}"));
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        let begun = statuses(&world).1;
        assert_eq!(begun, [Status::CreateInProgress; 2], "First and Beside");
        tokio::time::sleep(std::time::Duration::from_secs(10)).await;
        assert_eq!(statuses(&world).0, Status::CreateComplete);
    }
}
