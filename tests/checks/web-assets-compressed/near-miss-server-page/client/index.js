import Vue from 'vue'

Vue.component('Log', () => import('./look/' + look + '/log.vue'))
new Vue({ el: '#root' })
