import winston from "winston";
import pdfkit from "pdfkit";
import exceljs from "exceljs";
import papaparse from "papaparse";
import nodemailer from "nodemailer";
import archiver from "archiver";

winston.info([pdfkit, exceljs, papaparse, nodemailer, archiver].length);
