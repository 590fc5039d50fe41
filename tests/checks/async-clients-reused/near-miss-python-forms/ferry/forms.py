import requests
from django import forms


class BerthForm(forms.Form):
    name = forms.CharField()
    length = forms.IntegerField(required=False)

    def clean_address(self):
        address = self.cleaned_data.get("address")
        if address:
            requests.head(address)
        return address
