from flask import Blueprint, render_template
from flask_login import current_user, login_required

from desk.extensions import cache
from desk.tickets import tickets_of

pages = Blueprint("pages", __name__)


@pages.route("/inbox")
@login_required
@cache.cached(timeout=120)
def inbox():
    return render_template("inbox.html", tickets=tickets_of(current_user.id))
