// Copyright the Quay authors.
// Licensed under the Mozilla Public License, version 2.0.

/* The tariffs moved to tables/zones.rs
   with release 2. */
