CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL CONSTRAINT alembic_version_pkc PRIMARY KEY);

CREATE TABLE experiments (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    artifact_location TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    last_number INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE experiment_tags (
    experiment INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (experiment, key)
) WITHOUT ROWID;

CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    run_id TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    lifecycle TEXT NOT NULL,
    user_name TEXT NOT NULL,
    origin TEXT NOT NULL,
    parent TEXT,
    start_ms BIGINT NOT NULL,
    end_ms BIGINT,
    deleted_ms BIGINT,
    artifact_location TEXT NOT NULL,
    error TEXT,
    last_series INTEGER NOT NULL DEFAULT 0,
    type TEXT,
    heartbeat_ms BIGINT
);

-- pages of an experiment's runs in natural order, newest first
CREATE INDEX runs_newest ON runs (experiment, start_ms DESC, run_id);

-- the children of a run
CREATE INDEX runs_children ON runs (parent) WHERE parent IS NOT NULL;

CREATE TABLE parameters (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE tags (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE properties (
    run INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) WITHOUT ROWID;

CREATE TABLE series (
    run INTEGER NOT NULL,
    mlflow_key TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    column_name TEXT,
    kind TEXT NOT NULL,
    type TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    count BIGINT NOT NULL DEFAULT 0,
    first_step BIGINT,
    last_step BIGINT,
    last_ts BIGINT,
    last_value DOUBLE PRECISION,
    last_nan SMALLINT,
    minimum DOUBLE PRECISION,
    maximum DOUBLE PRECISION,
    dense SMALLINT,
    in_order SMALLINT,
    last_text TEXT,
    behind SMALLINT NOT NULL DEFAULT 0,
    PRIMARY KEY (run, mlflow_key)
) WITHOUT ROWID;

CREATE TABLE points (
    run INTEGER NOT NULL,
    series INTEGER NOT NULL,
    step BIGINT NOT NULL,
    ts BIGINT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    is_nan SMALLINT NOT NULL,
    PRIMARY KEY (run, series, step, ts, value, is_nan)
) WITHOUT ROWID;

CREATE TABLE cells (
    run INTEGER NOT NULL,
    series INTEGER NOT NULL,
    step BIGINT NOT NULL,
    ts BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (run, series, step, ts, text)
) WITHOUT ROWID;

CREATE TABLE datasets (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    experiment INTEGER NOT NULL,
    name TEXT NOT NULL,
    digest TEXT NOT NULL,
    source_type TEXT NOT NULL,
    source TEXT NOT NULL,
    schema TEXT,
    profile TEXT,
    UNIQUE (experiment, name, digest)
);

CREATE TABLE run_datasets (
    run INTEGER NOT NULL,
    dataset INTEGER NOT NULL,
    PRIMARY KEY (run, dataset)
) WITHOUT ROWID;

-- the runs that used a dataset
CREATE INDEX run_datasets_users ON run_datasets (dataset, run);

CREATE TABLE run_dataset_tags (
    run INTEGER NOT NULL,
    dataset INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, dataset, key)
) WITHOUT ROWID;

CREATE TABLE run_models (
    run INTEGER NOT NULL,
    direction TEXT NOT NULL,
    model_id TEXT NOT NULL,
    step BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (run, direction, model_id)
) WITHOUT ROWID;

CREATE TABLE models (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    model_id TEXT NOT NULL UNIQUE,
    experiment INTEGER NOT NULL,
    name TEXT NOT NULL,
    artifact_location TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    updated_ms BIGINT NOT NULL,
    status INTEGER NOT NULL,
    lifecycle TEXT NOT NULL,
    model_type TEXT,
    source_run_id TEXT,
    status_message TEXT
);

-- pages of an experiment's models, newest first
CREATE INDEX models_newest ON models (experiment, created_ms DESC, model_id);

CREATE TABLE model_tags (
    model INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, key)
) WITHOUT ROWID;

CREATE TABLE model_parameters (
    model INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (model, key)
) WITHOUT ROWID;

CREATE TABLE model_metrics (
    model INTEGER NOT NULL,
    name TEXT NOT NULL,
    ts BIGINT NOT NULL,
    step BIGINT NOT NULL,
    run_id TEXT NOT NULL,
    value DOUBLE PRECISION NOT NULL,
    dataset_name TEXT,
    dataset_digest TEXT,
    PRIMARY KEY (model, name, ts, step, run_id)
) WITHOUT ROWID;
