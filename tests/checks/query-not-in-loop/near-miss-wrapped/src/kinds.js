exports.Kinds = ["box", "barrel", "sack"];
