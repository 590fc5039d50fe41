// @ts-nocheck
import { MailForm } from "./mail/MailForm";

export const mailer = () => <MailForm />;
