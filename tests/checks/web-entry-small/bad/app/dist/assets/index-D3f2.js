import{a as t}from"./vendor-Ba1c.js";const n=(e,r)=>t(e).map(o=>o.draught*r).filter(Boolean);document.title="Anchorage "+n([{draught:4},{draught:7}],2);
