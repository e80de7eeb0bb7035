"""Pure judgement: vocabulary, policies, rules, name matching, cases. No I/O, no clock."""
