/**
 * The schema's history: numbered steps, each applied once in a transaction of its own and recorded. A step that was
 * released never changes. The SQL is the part that DuckDB and PostgreSQL share. The big tables carry no primary key:
 * the one writer keeps keys unique, and an index would cost more than the rows (measured).
 */
import type { Migration } from './engine.ts';

const first = `
CREATE TABLE "site" (
  "site_id" text NOT NULL,
  "name" text NOT NULL,
  "kind" text NOT NULL,
  "zone" text NOT NULL,
  "created_us" bigint NOT NULL
);
CREATE TABLE "source" (
  "site_id" text NOT NULL,
  "source_id" text NOT NULL,
  "sensor_id" text NOT NULL,
  "kind" text NOT NULL,
  "name" text NOT NULL,
  "path" text NOT NULL,
  "sha256" text NOT NULL,
  "state" text NOT NULL,
  "error" text NOT NULL,
  "progress" double precision NOT NULL,
  "started_us" bigint NOT NULL,
  "ended_us" bigint NOT NULL,
  "warnings" text NOT NULL,
  "health" text NOT NULL
);
CREATE TABLE "endpoint" (
  "site_id" text NOT NULL,
  "endpoint_id" integer NOT NULL,
  "segment" integer NOT NULL,
  "vlan" integer NOT NULL,
  "inner_vlan" integer NOT NULL,
  "mac" text NOT NULL,
  "ip" text NOT NULL,
  "tunnel" text NOT NULL,
  "parent_id" integer NOT NULL,
  "sub_kind" text NOT NULL,
  "sub_address" text NOT NULL,
  "spoke" boolean NOT NULL,
  "frames_sent" bigint NOT NULL,
  "bytes_sent" bigint NOT NULL,
  "frames_received" bigint NOT NULL,
  "bytes_received" bigint NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "min_ttl" integer NOT NULL,
  "max_ttl" integer NOT NULL,
  "seen" text NOT NULL
);
CREATE TABLE "membership" (
  "site_id" text NOT NULL,
  "endpoint_id" integer NOT NULL,
  "asset_id" text NOT NULL,
  "from_us" bigint NOT NULL,
  "to_us" bigint NOT NULL
);
CREATE TABLE "module" (
  "site_id" text NOT NULL,
  "module_id" integer NOT NULL,
  "endpoint_id" integer NOT NULL,
  "slot" text NOT NULL,
  "vendor" text NOT NULL,
  "model" text NOT NULL,
  "order_number" text NOT NULL,
  "firmware" text NOT NULL,
  "serial" text NOT NULL,
  "present" boolean NOT NULL,
  "via" text NOT NULL,
  "evidence" text NOT NULL
);
CREATE TABLE "fact" (
  "site_id" text NOT NULL,
  "fact_id" integer NOT NULL,
  "endpoint_id" integer NOT NULL,
  "attribute" text NOT NULL,
  "value" text NOT NULL,
  "confidence" double precision NOT NULL,
  "via" text NOT NULL,
  "protocol" text NOT NULL,
  "origin" text NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "count" bigint NOT NULL,
  "evidence" text NOT NULL,
  "order" bigint NOT NULL,
  "removed" boolean NOT NULL
);
CREATE TABLE "override" (
  "site_id" text NOT NULL,
  "override_id" integer NOT NULL,
  "kind" text NOT NULL,
  "endpoints" text NOT NULL,
  "active" boolean NOT NULL
);
CREATE TABLE "alias" (
  "site_id" text NOT NULL,
  "alias_id" integer NOT NULL,
  "client_id" integer NOT NULL,
  "server_id" integer NOT NULL,
  "of_client_id" integer NOT NULL,
  "of_server_id" integer NOT NULL,
  "count" bigint NOT NULL
);
CREATE TABLE "limit_count" (
  "site_id" text NOT NULL,
  "name" text NOT NULL,
  "dropped" bigint NOT NULL
);
CREATE TABLE "correction" (
  "site_id" text NOT NULL,
  "correction_id" text NOT NULL,
  "asset_id" text NOT NULL,
  "ts" bigint NOT NULL,
  "user_id" text NOT NULL,
  "text" text NOT NULL,
  "undo" text NOT NULL,
  "undone" boolean NOT NULL
);
CREATE TABLE "conversation" (
  "site_id" text NOT NULL,
  "conversation_id" text NOT NULL,
  "number" integer NOT NULL,
  "client_id" integer NOT NULL,
  "server_id" integer NOT NULL,
  "protocol" text NOT NULL,
  "transport" text NOT NULL,
  "server_port" integer NOT NULL,
  "flows" bigint NOT NULL,
  "client_packets" bigint NOT NULL,
  "server_packets" bigint NOT NULL,
  "client_bytes" bigint NOT NULL,
  "server_bytes" bigint NOT NULL,
  "decoded_bytes" bigint NOT NULL,
  "undecoded_bytes" bigint NOT NULL,
  "missing_bytes" bigint NOT NULL,
  "verbs" text NOT NULL,
  "refused" bigint NOT NULL,
  "unanswered" bigint NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "encrypted" boolean NOT NULL,
  "one_way_flows" bigint NOT NULL
);
CREATE TABLE "run" (
  "site_id" text NOT NULL,
  "run_id" integer NOT NULL,
  "target_id" integer NOT NULL,
  "client_id" integer NOT NULL,
  "protocol" text NOT NULL,
  "area" text NOT NULL,
  "start" integer NOT NULL,
  "count" integer NOT NULL,
  "write" boolean NOT NULL,
  "uses" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "cadence_us" double precision NOT NULL
);
CREATE TABLE "point" (
  "site_id" text NOT NULL,
  "point_id" integer NOT NULL,
  "target_id" integer NOT NULL,
  "protocol" text NOT NULL,
  "path" text NOT NULL,
  "type" text NOT NULL,
  "value" text NOT NULL,
  "quality" text NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "last_change_us" bigint NOT NULL,
  "reads" bigint NOT NULL,
  "writes" bigint NOT NULL,
  "changes" bigint NOT NULL,
  "cadence_us" double precision NOT NULL,
  "last_reader_id" integer NOT NULL,
  "last_writer_id" integer NOT NULL,
  "min" double precision NOT NULL,
  "max" double precision NOT NULL,
  "area" text NOT NULL,
  "address" integer NOT NULL,
  "sampled_us" bigint NOT NULL
);
CREATE TABLE "command" (
  "site_id" text NOT NULL,
  "command_id" integer NOT NULL,
  "verb" text NOT NULL,
  "protocol" text NOT NULL,
  "operation" text NOT NULL,
  "client_id" integer NOT NULL,
  "target_id" integer NOT NULL,
  "object" text NOT NULL,
  "value" text NOT NULL,
  "outcome" text NOT NULL,
  "reason" text NOT NULL,
  "user" text NOT NULL,
  "count" bigint NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "evidence" text NOT NULL,
  "last_evidence" text NOT NULL
);
CREATE TABLE "session" (
  "site_id" text NOT NULL,
  "session_id" integer NOT NULL,
  "protocol" text NOT NULL,
  "phase" text NOT NULL,
  "client_id" integer NOT NULL,
  "server_id" integer NOT NULL,
  "user" text NOT NULL,
  "outcome" text NOT NULL,
  "clear_credential" boolean NOT NULL,
  "detail" text NOT NULL,
  "count" bigint NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "evidence" text NOT NULL
);
CREATE TABLE "weird" (
  "site_id" text NOT NULL,
  "weird_id" integer NOT NULL,
  "protocol" text NOT NULL,
  "code" text NOT NULL,
  "detail" text NOT NULL,
  "client_id" integer NOT NULL,
  "server_id" integer NOT NULL,
  "count" bigint NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "evidence" text NOT NULL
);
CREATE TABLE "change" (
  "site_id" text NOT NULL,
  "change_id" integer NOT NULL,
  "ts" bigint NOT NULL,
  "endpoint_id" integer NOT NULL,
  "what" text NOT NULL,
  "before" text NOT NULL,
  "after" text NOT NULL,
  "evidence" text NOT NULL
);
CREATE TABLE "flow" (
  "site_id" text NOT NULL,
  "source_id" text NOT NULL,
  "flow_id" bigint NOT NULL,
  "client_id" integer NOT NULL,
  "server_id" integer NOT NULL,
  "transport" text NOT NULL,
  "protocol_number" integer NOT NULL,
  "client_port" integer NOT NULL,
  "server_port" integer NOT NULL,
  "service" text NOT NULL,
  "community_id" text NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "first_frame" bigint NOT NULL,
  "client_packets" bigint NOT NULL,
  "client_bytes" bigint NOT NULL,
  "server_packets" bigint NOT NULL,
  "server_bytes" bigint NOT NULL,
  "decoded_bytes" bigint NOT NULL,
  "undecoded_bytes" bigint NOT NULL,
  "missing_bytes" bigint NOT NULL,
  "retransmissions" bigint NOT NULL,
  "tcp_state" text NOT NULL,
  "encrypted" boolean NOT NULL,
  "final" boolean NOT NULL,
  "recorded_us" bigint NOT NULL
);
CREATE TABLE "sample" (
  "site_id" text NOT NULL,
  "source_id" text NOT NULL,
  "point_id" integer NOT NULL,
  "ts" bigint NOT NULL,
  "value" double precision NOT NULL,
  "recorded_us" bigint NOT NULL
);
CREATE TABLE "sample_text" (
  "site_id" text NOT NULL,
  "source_id" text NOT NULL,
  "point_id" integer NOT NULL,
  "ts" bigint NOT NULL,
  "value" text NOT NULL,
  "recorded_us" bigint NOT NULL
);
CREATE TABLE "pinned_frame" (
  "site_id" text NOT NULL,
  "source_id" text NOT NULL,
  "frame" bigint NOT NULL,
  "kind" text NOT NULL,
  "ts" bigint NOT NULL,
  "ts_ns" integer NOT NULL,
  "link_type" integer NOT NULL,
  "wire_length" integer NOT NULL,
  "file_offset" bigint NOT NULL,
  "bytes" bytea NOT NULL
);
CREATE TABLE "site_state" (
  "site_id" text NOT NULL,
  "name" text NOT NULL,
  "payload" text NOT NULL
);
CREATE TABLE "app_user" (
  "user_id" text NOT NULL,
  "name" text NOT NULL,
  "display_name" text NOT NULL,
  "role" text NOT NULL,
  "password_hash" text NOT NULL,
  "mfa" text NOT NULL,
  "disabled" boolean NOT NULL,
  "created_us" bigint NOT NULL,
  "password_changed_us" bigint NOT NULL,
  "last_login_us" bigint NOT NULL
);
CREATE TABLE "user_session" (
  "token_hash" text NOT NULL,
  "user_id" text NOT NULL,
  "csrf_token" text NOT NULL,
  "created_us" bigint NOT NULL,
  "last_used_us" bigint NOT NULL,
  "expires_us" bigint NOT NULL
);
CREATE TABLE "setup_token" (
  "token_hash" text NOT NULL,
  "created_us" bigint NOT NULL,
  "expires_us" bigint NOT NULL,
  "used_us" bigint NOT NULL
);
CREATE TABLE "setting" (
  "site_id" text NOT NULL,
  "name" text NOT NULL,
  "value" text NOT NULL
);
CREATE TABLE "journal" (
  "seq" bigint NOT NULL,
  "site_id" text NOT NULL,
  "ts" bigint NOT NULL,
  "user_id" text NOT NULL,
  "action" text NOT NULL,
  "subject" text NOT NULL,
  "detail" text NOT NULL,
  "previous_hash" text NOT NULL,
  "hash" text NOT NULL
);
`;

const assetLists = `
CREATE TABLE "asset_list" (
  "site_id" text NOT NULL,
  "list_id" text NOT NULL,
  "file" text NOT NULL,
  "ts" bigint NOT NULL,
  "user_id" text NOT NULL,
  "correction_id" text NOT NULL,
  "state" text NOT NULL,
  "replaces" text NOT NULL,
  "mapping" text NOT NULL,
  "content" text NOT NULL
);
`;

const latestFlow = `
ALTER TABLE "conversation" ADD COLUMN "community_id" text DEFAULT '';
ALTER TABLE "conversation" ADD COLUMN "state" text DEFAULT '';
`;

const findings = `
CREATE TABLE "finding" (
  "site_id" text NOT NULL,
  "finding_id" text NOT NULL,
  "kind" text NOT NULL,
  "detector" text NOT NULL,
  "actor_id" integer NOT NULL,
  "target_id" integer NOT NULL,
  "point_id" integer NOT NULL,
  "points" text NOT NULL,
  "protocol" text NOT NULL,
  "verb" text NOT NULL,
  "first_us" bigint NOT NULL,
  "last_us" bigint NOT NULL,
  "state" text NOT NULL,
  "count" bigint NOT NULL,
  "surprise" double precision NOT NULL,
  "certainty" text NOT NULL,
  "severity" text NOT NULL,
  "techniques" text NOT NULL,
  "parts" text NOT NULL,
  "evidence" text NOT NULL,
  "recorded_us" bigint NOT NULL
);
CREATE TABLE "finding_proof" (
  "site_id" text NOT NULL,
  "finding_id" text NOT NULL,
  "point_id" integer NOT NULL,
  "sources" text NOT NULL,
  "columns" bytea NOT NULL
);
CREATE TABLE "alert_state" (
  "site_id" text NOT NULL,
  "alert_id" text NOT NULL,
  "state" text NOT NULL,
  "assignee_id" text NOT NULL,
  "review" text NOT NULL,
  "findings" integer NOT NULL,
  "priority" text NOT NULL,
  "changed_us" bigint NOT NULL
);
CREATE TABLE "review" (
  "site_id" text NOT NULL,
  "review_id" text NOT NULL,
  "alert_id" text NOT NULL,
  "kind" text NOT NULL,
  "detector" text NOT NULL,
  "verdict" text NOT NULL,
  "reason" text NOT NULL,
  "user_id" text NOT NULL,
  "ts" bigint NOT NULL
);
CREATE TABLE "incident_state" (
  "site_id" text NOT NULL,
  "incident_id" text NOT NULL,
  "state" text NOT NULL,
  "assignee_id" text NOT NULL,
  "steps" integer NOT NULL,
  "changed_us" bigint NOT NULL
);
CREATE TABLE "maintenance_window" (
  "site_id" text NOT NULL,
  "window_id" text NOT NULL,
  "text" text NOT NULL,
  "assets" text NOT NULL,
  "cells" text NOT NULL,
  "vendor" text NOT NULL,
  "work_order" text NOT NULL,
  "from_us" bigint NOT NULL,
  "to_us" bigint NOT NULL,
  "cancelled" boolean NOT NULL,
  "user_id" text NOT NULL,
  "ts" bigint NOT NULL
);
CREATE TABLE "learned_state" (
  "site_id" text NOT NULL,
  "name" text NOT NULL,
  "payload" bytea NOT NULL,
  "recorded_us" bigint NOT NULL
);
CREATE TABLE "baseline" (
  "site_id" text NOT NULL,
  "baseline_id" text NOT NULL,
  "name" text NOT NULL,
  "note" text NOT NULL,
  "ts" bigint NOT NULL,
  "user_id" text NOT NULL,
  "origin" text NOT NULL,
  "made_at" text NOT NULL,
  "summary" text NOT NULL,
  "payload" bytea NOT NULL
);
CREATE TABLE "relation" (
  "site_id" text NOT NULL,
  "relation_id" text NOT NULL,
  "cell_id" text NOT NULL,
  "text" text NOT NULL,
  "state" text NOT NULL,
  "origin" text NOT NULL,
  "held" double precision NOT NULL,
  "rows" bigint NOT NULL,
  "user_id" text NOT NULL,
  "ts" bigint NOT NULL
);
`;

const pieces = `
ALTER TABLE "learned_state" ADD COLUMN "piece" integer DEFAULT 0;
ALTER TABLE "baseline" ADD COLUMN "piece" integer DEFAULT 0;
ALTER TABLE "finding_proof" ADD COLUMN "piece" integer DEFAULT 0;
`;

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'the site, its history, people, the journal', sql: first },
  { version: 2, name: 'asset lists that people import', sql: assetLists },
  { version: 3, name: 'the latest flow of a conversation', sql: latestFlow },
  { version: 4, name: 'findings, what people did with them, what was learned', sql: findings },
  { version: 5, name: 'large octets in pieces', sql: pieces },
];
