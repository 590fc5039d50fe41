import { Html, Text } from "@react-email/components";

export default () => <Html><Text>The ship is in.</Text></Html>;
