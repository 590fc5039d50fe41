"use client";
import dynamic from "next/dynamic";

const Edit = dynamic(() => import("./edit"));

export function Add() {
  return <Edit />;
}
