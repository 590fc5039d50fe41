import { speak } from "@fish/voice";
import { DateField } from "antd-dates";
import { Bar } from 'vue-chartjs'
import { quota } from '@fish/quota'

export default { extends: Bar, props: ['catches'], mounted() { this.renderChart(quota(this.catches)) } }

export { DateField, speak };
