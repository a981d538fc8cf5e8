//! The template language from outside: a template and a scope in, a text out.

use std::collections::HashMap;

use serde_json::json;

use super::{Template, Value};

fn render(template: &str) -> String {
    try_render(template).unwrap()
}

fn try_render(template: &str) -> Result<String, super::TemplateError> {
    let scope = json!({
        "name": "Ada", "number": 7, "none": null, "yes": true,
        "list": ["a", "b", "c"],
        "map": {"x": 1, "y": {"z": [1, {"k": "v"}]}, "with-hyphen": "h"},
    });
    let mut scope: HashMap<String, Value> = scope
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), Value::from_json(value)))
        .collect();
    Template::parse(template)?.render(&mut scope)
}

#[test]
fn references_are_replaced_and_other_text_stays() {
    for (template, text) in [
        ("Hello $name!", "Hello Ada!"),
        ("${name}s $!name $!{name}.", "Adas Ada Ada."),
        ("$map.x $map.y.z[0] $map['x'] $map.with-hyphen", "1 1 1 h"),
        ("$name.length() $name.toUpperCase().substring(1, 3)", "3 DA"),
        ("costs $5, $ and #1 and # and 100%", "costs $5, $ and #1 and # and 100%"),
        ("$unknown $!unknown ${unknown.x}", "$unknown  ${unknown.x}"),
        ("[$none] [$map.absent] [$map.absent.deeper]", "[] [] []"),
        ("\\$name \\#set", "$name #set"),
        ("{\"a\": \"\\n\", \"b\": \"$name\"}", "{\"a\": \"\\n\", \"b\": \"Ada\"}"),
        ("$name.", "Ada."),
        ("$name[sic]", "Ada[sic]"),
        ("${name", "${name"),
        ("#[[$name #if]]#", "$name #if"),
        ("a#* comment $name *#b ## rest", "ab "),
        (
            "$map $list $map.y.z",
            "{x=1, y={z=[1,{\"k\":\"v\"}]}, with-hyphen=h} [\"a\",\"b\",\"c\"] [1,{\"k\":\"v\"}]",
        ),
    ] {
        assert_eq!(render(template), text, "{template}");
    }
}

#[test]
fn directives_decide_and_repeat() {
    for (template, text) in [
        ("#if($yes)a#{else}b#end", "a"),
        ("#if($none)a#elseif($number > 5)b#{else}c#end", "b"),
        ("#if($number == 7 && !($name != 'Ada') || false)t#end", "t"),
        ("#if($number ge 7 and $number lt 8)t#end", "t"),
        ("#if($name == \"Ada\" and '7' == $number)t#end", "t"),
        ("#if(\"\")empty texts are true#end", "empty texts are true"),
        ("#foreach($x in $list)$x#if($foreach.hasNext),#end#end", "a,b,c"),
        ("#foreach($x in $list)$foreach.index$foreach.count$velocityCount #end", "011 122 233 "),
        (
            "#foreach($x in [1..3])#foreach($y in [3..2])$x$y$foreach.parent.index #end#end",
            "130 120 231 221 332 322 ",
        ),
        ("#foreach($x in $list)#if($x == 'b')#break#end$x#end!", "a!"),
        ("#foreach($x in $map.keySet())$x=$map.get($x);#end", "x=1;y={z=[1,{\"k\":\"v\"}]};with-hyphen=h;"),
        ("#foreach($e in {'a': 1}.entrySet())#end-", "-"),
        ("#foreach($e in $map.entrySet())#if($e.key == 'x')$e.getValue()#end#end", "1"),
        ("#foreach($x in $none)never#end", ""),
        ("a#stop b", "a"),
        ("#if($yes)\n  line\n#end\nnext", "  line\nnext"),
    ] {
        let rendered = try_render(template);
        // A method on a literal is not Velocity.
        if template.contains("}.entrySet") {
            assert!(rendered.is_err());
        } else {
            assert_eq!(rendered.unwrap(), text, "{template}");
        }
    }
}

#[test]
fn variables_hold_texts_numbers_lists_and_maps() {
    for (template, text) in [
        ("#set($x = 'single $name')$x", "single $name"),
        ("#set($x = \"double $name ${number}\")$x", "double Ada 7"),
        ("#set($x = \"say \"\"hi\"\"\")$x", "say \"hi\""),
        ("#set($x = 2 + 3 * 4 - 10 / 2 % 3)$x", "12"),
        ("#set($x = -$number + 1.5)$x", "-5.5"),
        ("#set($x = 'a' + 1)$x", "a1"),
        ("#set($x = [1, 'two', [3]])$x $x[1] $x.get(2)[0] $x.size()", "[1, two, [3]] two 3 3"),
        ("#set($x = {'k': 1, \"$name\": [2]})$x $x.k $x.Ada[0]", "{k=1, Ada=[2]} 1 2"),
        ("#set($m = {})#set($m.a = 1)#set($m['b'] = 2)#set($d = $m.put('c', 3))$m", "{a=1, b=2, c=3}"),
        ("#set($l = [])#foreach($x in $list)#set($d = $l.add($x))#end$l", "[a, b, c]"),
        ("#set($l = [1, 2])#set($l[0] = 9)$l $l.contains(2) $l.isEmpty()", "[9, 2] true false"),
        ("#set($a = [1])#set($b = $a)#set($d = $b.add(2))$a", "[1, 2]"),
        ("#set($x = 1 / 0)[$x]", "[]"),
        ("#set($i = 0)$i.parseInt('42')", "42"),
        ("#set($x = \"#if($yes)inner#end\")$x", "inner"),
    ] {
        assert_eq!(render(template), text, "{template}");
    }
}

#[test]
fn texts_have_the_methods_of_java_strings() {
    for (template, text) in [
        ("$name.replace('A', 'I')", "Ida"),
        ("$name.replaceAll('([a-z])', '<$1>')", "A<d><a>"),
        ("$name.replaceAll('d', '\\$')", "A$a"),
        (
            "$name.contains('d') $name.startsWith('d') $name.indexOf('a') $name.indexOf('z')",
            "true false 2 -1",
        ),
        ("#set($s = 'a,b,,')$s.split(',')", "[a, b]"),
        ("$name.equals('Ada') $name.equalsIgnoreCase('ADA') $name.matches('[A-z]+')", "true true true"),
        ("$name.charAt(0)", "A"),
        ("$name.unknown() $number.unknown()", " "),
    ] {
        assert_eq!(render(template), text, "{template}");
    }
}

#[test]
fn a_template_that_cannot_be_read_says_where() {
    for (template, what) in [
        ("\n#if($yes)", "line 2"),
        ("#if($yes) #else", "#end is missing"),
        ("#end", "without an #if"),
        ("#set($x = )", "a value is expected"),
        ("#set(x = 1)", "#set takes a reference"),
        ("#set($x 1)", "\"=\" is expected"),
        ("#set($x = 'open)", "not closed"),
        ("#foreach($x of $list)#end", "\"in\" is expected"),
        ("#* open", "not closed"),
    ] {
        let error = try_render(template).unwrap_err().to_string();
        assert!(error.contains(what), "{template}: {error}");
    }
}

#[test]
fn no_template_runs_away() {
    for template in [
        "#set($m = {})#set($m.m = $m)$m",
        "#set($s = 'xxxxxxxxxxxxxxxx')#foreach($i in [1..100])#set($s = \"$s$s\")#end",
        "#foreach($i in [1..100000])x#end",
        "#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#end#end#end",
        "#set($s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')#foreach($i in [1..100])#set($s = $s.replaceAll('a', $s))#end",
        "#set($l = [1, 2])#foreach($i in [1..100])#set($d = $l.addAll($l))#end",
    ] {
        assert!(try_render(template).is_err(), "{template}");
    }
    assert!(Template::parse(&"(".repeat(100_000)).is_ok());
    assert!(Template::parse(&format!("#set($x = {}1)", "(".repeat(100_000))).is_err());
    assert!(Template::parse(&format!("#set($x = {}1)", "!".repeat(100_000))).is_err());
    assert!(Template::parse(&"#if(true)".repeat(100_000)).is_err());
    assert!(Template::parse(&format!("#set($x = 1{})", "+1".repeat(100_000))).is_err());
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused(template in "(\\$|#|!|\\{|\\}|\\(|\\)|\\[|\\]|set|if|else|end|foreach|in|name|list|\\.| |\"|'|=|1|,|\\\\|é|\n){0,60}") {
        let _ = try_render(&template);
    }

    #[test]
    fn text_without_dollar_hash_and_backslash_stays_as_it_is(text in "[^$#\\\\]{0,200}") {
        proptest::prop_assert_eq!(render(&text), text);
    }

    #[test]
    fn what_is_set_is_shown(text in "[^'$#]{0,50}", number in proptest::num::i64::ANY) {
        proptest::prop_assume!(number != i64::MIN);
        proptest::prop_assert_eq!(render(&format!("#set($x = '{text}')$x")), text);
        proptest::prop_assert_eq!(render(&format!("#set($x = {number})$x")), number.to_string());
    }
}
