(self.webpackChunk=self.webpackChunk||[]).push([["chunk-vendors"],{12:(e,t)=>{t.ready=1}}]);
