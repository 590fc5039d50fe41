"""Signs the manifest of a release."""

ACCESS = "AKIAQ7RZ2MVX5KHTB3PD"
