import{c as n}from"./chunk-C3.js";import("./lazy-D4.js");n();
