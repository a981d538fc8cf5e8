//! The attributes that are lists: outputs and parameters of stacks are text, so they pass as text with commas.

/// What a list holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    Texts,
    /// Objects, which no parameter can be.
    Objects,
}

/// Of each type, the attributes that are lists; `tests/split` compares it with what is generated.
const LISTS: [(&str, &str, Items); 7] = [
    ("AWS::Amplify::Domain", "AutoSubDomainCreationPatterns", Items::Texts),
    ("AWS::CloudFormation::Stack", "Outputs", Items::Objects),
    ("AWS::CloudFront::AnycastIpList", "IpamCidrConfigResults", Items::Objects),
    ("AWS::CloudFront::DistributionTenant", "DomainResults", Items::Objects),
    ("AWS::Logs::DeliverySource", "ResourceArns", Items::Texts),
    ("AWS::Route53::DelegationSet", "NameServers", Items::Texts),
    ("AWS::Route53::HostedZone", "NameServers", Items::Texts),
];

pub(super) fn items(kind: &str, attribute: &str) -> Option<Items> {
    LISTS.iter().find(|list| (list.0, list.1) == (kind, attribute)).map(|list| list.2)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{Items, LISTS};

    #[test]
    fn every_list_among_the_generated_attributes_is_known() {
        let mut generated = BTreeSet::new();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated");
        for file in fs::read_dir(folder).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let (mut service, mut kind) = ("", "");
            for line in text.lines() {
                if let Some((_, rest)) = line.split_once("ResourceBody::new(\"") {
                    service = rest.rsplit_once("::").unwrap().0;
                } else if let Some(rest) = line.strip_prefix("impl Handle<") {
                    kind = rest.split_once('>').unwrap().0;
                } else if let Some((head, rest)) = line.split_once("self.get_att(\"")
                    && head.contains("-> Value<List<")
                {
                    let attribute = rest.split_once('"').unwrap().0.to_owned();
                    generated.insert((
                        format!("{service}::{kind}"),
                        attribute,
                        head.contains("List<String>"),
                    ));
                }
            }
        }
        let known = LISTS
            .map(|(kind, attribute, items)| (kind.to_owned(), attribute.to_owned(), items == Items::Texts));
        assert_eq!(generated, BTreeSet::from(known));
    }
}
