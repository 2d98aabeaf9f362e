//! Who must be made before whom: `DependsOn`, and whatever is referred to.

pub mod references;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use self::references::{Reference, collect};
use super::{
    intrinsics::{Scope, function},
    template::{Declared, Template},
};
use crate::world::AwsError;

/// What each node must wait for.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// The resources that the conditions leave, in the template's order.
pub fn wanted<'t>(template: &'t Template, scope: &Scope<'_>) -> Vec<&'t Declared> {
    template.resources.iter().filter(|resource| scope.holds(resource.condition.as_deref())).collect()
}

/// What each of the wanted resources must wait for.
pub fn graph(template: &Template, scope: &Scope<'_>) -> Result<Graph, AwsError> {
    let wanted = wanted(template, scope);
    let is_wanted = |name: &str| wanted.iter().any(|resource| resource.logical_id == name);
    let mut graph = Graph::new();
    for resource in &wanted {
        let chosen = prune(&resource.properties, scope)?;
        let referred = collect(&chosen).into_iter().filter_map(|reference| match reference {
            Reference::Ref(name) | Reference::GetAtt(name, _) => Some(name),
            Reference::Condition(_) | Reference::Unsupported(_) => None,
        });
        let mut before = BTreeSet::new();
        for name in referred.filter(|name| template.resource(name).is_some()) {
            if !is_wanted(&name) {
                return Err(AwsError::validation(format!(
                    "Template format error: Unresolved resource dependencies [{name}] in the Resources block of the template"
                )));
            }
            before.insert(name);
        }
        before.extend(resource.depends_on.iter().filter(|name| is_wanted(name)).cloned());
        graph.insert(resource.logical_id.clone(), before);
    }
    Ok(graph)
}

/// The value with only the chosen branches left, so that what the others refer to does not count.
fn prune(value: &Value, scope: &Scope<'_>) -> Result<Value, AwsError> {
    if let Some(("Fn::If", Value::Array(arguments))) = function(value) {
        return prune(scope.choose(arguments)?, scope);
    }
    match value {
        Value::Array(values) => {
            Ok(Value::Array(values.iter().map(|value| prune(value, scope)).collect::<Result<_, _>>()?))
        }
        Value::Object(values) => {
            let pruned = values.iter().map(|(name, value)| Ok((name.clone(), prune(value, scope)?)));
            Ok(Value::Object(pruned.collect::<Result<Map<_, _>, AwsError>>()?))
        }
        other => Ok(other.clone()),
    }
}

/// The same graph from the other end: what must be gone before each node may go.
pub fn reversed(graph: &Graph) -> Graph {
    let mut reversed: Graph = graph.keys().map(|node| (node.clone(), BTreeSet::new())).collect();
    for (node, before) in graph {
        for other in before {
            if let Some(after) = reversed.get_mut(other) {
                after.insert(node.clone());
            }
        }
    }
    reversed
}

/// The nodes that no order can bring in line.
pub fn circular(graph: &Graph) -> Vec<String> {
    let mut left = graph.clone();
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(_, before)| before.iter().all(|other| !left.contains_key(other)))
            .map(|(node, _)| node.clone())
            .collect();
        if free.is_empty() {
            return left.into_keys().collect();
        }
        left.retain(|node, _| !free.contains(node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloudformation::{intrinsics::Pseudo, parameters};

    const TEMPLATE: &str = r"
Parameters: {On: {Type: String, Default: 'yes'}}
Conditions: {C: !Equals [!Ref On, 'yes']}
Resources:
  A: {Type: AWS::SQS::Queue}
  B: {Type: AWS::SQS::Queue, Condition: C, DependsOn: A}
  D:
    Type: AWS::SQS::Queue
    DependsOn: B
    Properties:
      QueueName: !If [C, !Sub '${B.QueueName}x', !Ref A]
";

    fn edges(on: &str) -> Vec<(String, Vec<String>)> {
        let template = Template::parse(TEMPLATE).expect("right");
        let given = BTreeMap::from([("On".to_owned(), parameters::Given::Value(on.to_owned()))]);
        let parameters = parameters::values(&template, &given, &BTreeMap::new()).expect("values");
        let pseudo = Pseudo { region: String::new(), stack_name: String::new(), stack_id: String::new() };
        let scope = Scope::new(&template, &parameters, &pseudo).expect("conditions");
        let graph = graph(&template, &scope).expect("graph");
        graph.into_iter().map(|(node, before)| (node, before.into_iter().collect())).collect()
    }

    #[test]
    fn conditions_decide_what_depends_on_what() {
        let node = |name: &str, before: &[&str]| (name.to_owned(), before.iter().map(|&b| b.to_owned()).collect());
        assert_eq!(edges("yes"), [node("A", &[]), node("B", &["A"]), node("D", &["B"])]);
        assert_eq!(edges("no"), [node("A", &[]), node("D", &["A"])]);
    }

    #[test]
    fn reversing_turns_every_edge() {
        let graph =
            Graph::from([("A".to_owned(), BTreeSet::new()), ("B".to_owned(), BTreeSet::from(["A".to_owned()]))]);
        let expect =
            Graph::from([("A".to_owned(), BTreeSet::from(["B".to_owned()])), ("B".to_owned(), BTreeSet::new())]);
        assert_eq!(reversed(&graph), expect);
        assert_eq!(reversed(&reversed(&graph)), graph);
        assert!(circular(&graph).is_empty());
    }
}
