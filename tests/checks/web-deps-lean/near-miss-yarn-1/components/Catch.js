import { Bar } from 'vue-chartjs'
import { quota } from '@fish/quota'

export default { extends: Bar, props: ['catches'], mounted() { this.renderChart(quota(this.catches)) } }
