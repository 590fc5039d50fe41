"""Derive macros of well-known crates: which crate each is from."""

from __future__ import annotations

from pytest_reconaudit.patterns import regex

__all__ = ["DERIVES", "LAST_WORD", "OF_DERIVE"]

DERIVES = regex(r"\bderive\s*\(([^()]{1,600})\)")
LAST_WORD = regex(r"\b(\w+)\s*(?:,|\Z)")
_DERIVED = {
    "serde": ("Serialize", "Deserialize"),
    "thiserror": ("Error",),
    "clap": ("Parser", "Subcommand", "Args", "ValueEnum"),
    "schemars": ("JsonSchema",),
    "utoipa": ("ToSchema", "IntoParams", "ToResponse", "IntoResponses", "OpenApi"),
    "sqlx": ("FromRow", "Type"),
    "diesel": (
        "Queryable", "QueryableByName", "Insertable", "Selectable", "Identifiable", "AsChangeset",
        "Associations", "AsExpression", "FromSqlRow", "QueryId", "SqlType", "DbEnum",
    ),
    "sea_orm": ("DeriveEntityModel", "DeriveRelation", "FromQueryResult", "EnumIter"),
    "async_graphql": ("SimpleObject", "InputObject", "Enum", "Union", "Interface"),
    "juniper": ("GraphQLObject", "GraphQLInputObject", "GraphQLEnum", "GraphQLUnion"),
    "borsh": ("BorshSerialize", "BorshDeserialize", "BorshSchema"),
    "prost": ("Message", "Enumeration", "Oneof"),
    "strum": (
        "EnumString", "EnumIter", "EnumCount", "AsRefStr", "IntoStaticStr", "VariantNames",
        "Display", "EnumDiscriminants", "FromRepr",
    ),
    "num_traits": ("FromPrimitive", "ToPrimitive"),
    "derive_more": (
        "Display", "From", "Into", "Deref", "DerefMut", "AsRef", "Constructor", "FromStr", "Add",
    ),
    "validator": ("Validate",),
    "zeroize": ("Zeroize", "ZeroizeOnDrop"),
    "ts_rs": ("TS",),
    "specta": ("Type",),
    "rkyv": ("Archive",),
    "bincode": ("Encode", "Decode"),
    "codec": ("Encode", "Decode"),
    "parity_scale_codec": ("Encode", "Decode", "MaxEncodedLen"),
    "scale_info": ("TypeInfo",),
    "arbitrary": ("Arbitrary",),
    "proptest": ("Arbitrary",),
    "fake": ("Dummy",),
    "async_trait": ("async_trait",),
    "bytemuck": ("Pod", "Zeroable"),
    "zerocopy": ("FromBytes", "IntoBytes", "AsBytes", "FromZeroes", "KnownLayout"),
    "minicbor": ("Encode", "Decode"),
    "poem_openapi": ("Object", "Union", "Enum", "ApiResponse", "Tags"),
}  # fmt: skip
"""Crate → derives of it; what these expand to begins with its name, wherever they come from."""
OF_DERIVE: dict[str, tuple[str, ...]] = {
    derive: tuple(crate for crate, derives in _DERIVED.items() if derive in derives)
    for derive in {one for derives in _DERIVED.values() for one in derives}
}
