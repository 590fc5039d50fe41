package db.migration;

import org.flywaydb.core.api.migration.BaseJavaMigration;

public class V2__Backfill extends BaseJavaMigration {
}
