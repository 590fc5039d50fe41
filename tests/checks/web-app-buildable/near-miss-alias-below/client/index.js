import Vue from 'vue'
import { levels } from 'queries/levels'
import { blue } from 'paint/blue'

new Vue({ data: { levels, blue } }).$mount('#app')
