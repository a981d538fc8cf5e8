//! Which items of two lists belong together.

use serde_json::Value as Json;

/// The most comparisons that are worth a minimal answer; beyond, what differs counts as replaced whole.
const MOST_COMPARISONS: usize = 4_000_000;

/// What names an item among its like, the strongest first.
const NAMES: [&str; 9] =
    ["Id", "Sid", "IndexName", "AttributeName", "PolicyName", "ParameterKey", "Key", "Name", "Ref"];

/// An item of the old list, of the new one, or one of each.
pub(super) type Pair = (Option<usize>, Option<usize>);

/// The longest common subsequence, with what lies between.
pub(super) fn sequence<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Pair> {
    let head = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (rows, columns) = (old_rest.len() - tail, new_rest.len() - tail);
    let mut pairs: Vec<Pair> = (0..head).map(|at| (Some(at), Some(at))).collect();
    if rows * columns > MOST_COMPARISONS {
        pairs.extend((0..rows).map(|at| (Some(head + at), None)));
        pairs.extend((0..columns).map(|at| (None, Some(head + at))));
    } else {
        middle(&old_rest[..rows], &new_rest[..columns], head, &mut pairs);
    }
    pairs.extend((0..tail).map(|at| (Some(head + rows + at), Some(head + columns + at))));
    pairs
}

fn middle<T: PartialEq>(old: &[T], new: &[T], offset: usize, pairs: &mut Vec<Pair>) {
    let width = new.len() + 1;
    let mut longest = vec![0u32; (old.len() + 1) * width];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            longest[row * width + column] = if old[row] == new[column] {
                longest[(row + 1) * width + column + 1] + 1
            } else {
                longest[(row + 1) * width + column].max(longest[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column) = (0, 0);
    while row < old.len() || column < new.len() {
        if row < old.len() && column < new.len() && old[row] == new[column] {
            pairs.push((Some(offset + row), Some(offset + column)));
            (row, column) = (row + 1, column + 1);
        } else if row < old.len()
            && (column == new.len()
                || longest[(row + 1) * width + column] >= longest[row * width + column + 1])
        {
            pairs.push((Some(offset + row), None));
            row += 1;
        } else {
            pairs.push((None, Some(offset + column)));
            column += 1;
        }
    }
}

/// The items that belong together: equal ones, then those of one name, then those that are most alike.
pub(super) fn items(old: &[Json], new: &[Json]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for pair in sequence(old, new) {
        match pair {
            (Some(left), None) => removed.push(left),
            (None, Some(right)) => added.push(right),
            both => pairs.push(both),
        }
    }
    // Equal, yet elsewhere in the list: moved, so nothing of it has changed.
    take_matching(&mut removed, &mut added, &mut pairs, |left, right| old[left] == new[right]);
    take_matching(&mut removed, &mut added, &mut pairs, |left, right| {
        are_named_alike(&old[left], &new[right])
    });
    take_matching(&mut removed, &mut added, &mut pairs, |left, right| are_alike(&old[left], &new[right]));
    pairs.extend(removed.into_iter().map(|left| (Some(left), None)));
    pairs.extend(added.into_iter().map(|right| (None, Some(right))));
    pairs.sort_by_key(|(left, right)| (right.or(*left), left.is_none()));
    pairs
}

fn take_matching(
    removed: &mut Vec<usize>,
    added: &mut Vec<usize>,
    pairs: &mut Vec<Pair>,
    is_match: impl Fn(usize, usize) -> bool,
) {
    removed.retain(|left| match added.iter().position(|right| is_match(*left, *right)) {
        Some(at) => {
            pairs.push((Some(*left), Some(added.remove(at))));
            false
        }
        None => true,
    });
}

/// What an item is called, if something names it.
pub(super) fn name(item: &Json) -> Option<&str> {
    NAMES.iter().find_map(|name| item[*name].as_str())
}

fn are_named_alike(old: &Json, new: &Json) -> bool {
    match (name(old), name(new)) {
        (Some(old), Some(new)) => old == new,
        _ => false,
    }
}

/// Half of their members are the same.
fn are_alike(old: &Json, new: &Json) -> bool {
    if name(old).is_some() || name(new).is_some() {
        return false;
    }
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return false };
    let same = old.iter().filter(|(key, value)| new.get(*key) == Some(value)).count();
    same * 2 >= old.len().max(new.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_put_in_front_shifts_the_others_without_changing_them() {
        assert_eq!(
            sequence(&["b", "c"], &["a", "b", "c"]),
            [(None, Some(0)), (Some(0), Some(1)), (Some(1), Some(2))]
        );
    }

    #[test]
    fn items_of_one_name_belong_together_wherever_they_stand() {
        let old = [json!({ "Key": "a", "Value": 1 }), json!({ "Key": "b", "Value": 2 })];
        let new = [json!({ "Key": "b", "Value": 3 }), json!({ "Key": "a", "Value": 1 })];
        let mut pairs = items(&old, &new);
        pairs.sort();
        assert_eq!(pairs, [(Some(0), Some(1)), (Some(1), Some(0))]);
    }

    #[test]
    fn what_has_another_name_is_another() {
        let (old, new) = ([json!({ "Key": "a", "Value": 1 })], [json!({ "Key": "b", "Value": 1 })]);
        assert_eq!(items(&old, &new), [(Some(0), None), (None, Some(0))]);
    }
}
