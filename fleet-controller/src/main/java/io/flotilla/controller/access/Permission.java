package io.flotilla.controller.access;

/** What somebody may do. Every endpoint demands exactly one of these. */
public enum Permission {
  /** See everything but secrets: fleet, models, rollouts, predictions, events, audit. */
  READ,
  /** Enrol, label, group, shut out and retire devices. */
  DEVICE_WRITE,
  /** Send commands to devices, and profile on them. */
  COMMAND,
  /** Create, pause, resume, abort and undo rollouts; cohorts of the monitor. */
  ROLLOUT_WRITE,
  /** Register, describe, tag, alias, convert, profile and delete models and environments. */
  MODEL_WRITE,
  /** Register datasets and labels. */
  DATA_WRITE,
  /** Start and cancel runs. */
  RUN_WRITE,
  /** Approve what somebody else created. */
  APPROVE,
  /** Operators, tokens, webhooks, backups, collecting blobs. */
  ADMIN
}
