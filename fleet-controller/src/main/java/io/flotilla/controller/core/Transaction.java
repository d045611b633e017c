package io.flotilla.controller.core;

import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.store.RecordTransaction;
import java.util.List;
import java.util.Optional;

/**
 * What a decision sees and changes. It sees the store with the changes of this batch's earlier
 * decisions on top. If the decision throws, its own changes and actions are dropped and nobody
 * else's. Only valid on the core thread, during the decision.
 */
public interface Transaction {
  /** The record of this id, if there is one. */
  <T extends Record> Optional<T> get(Table<T> table, String id);

  /** Stores a record in place of the one before. */
  <T extends Record> void put(Table<T> table, String id, T value);

  /** Removes a record, if there is one. */
  void delete(Table<?> table, String id);

  /**
   * Records in the order of their ids.
   *
   * @param idPrefix what the ids begin with; "" for all
   * @param afterId the last id of the page before; "" to begin
   * @param limit most records returned; 1 or more
   */
  <T extends Record> List<Table.Row<T>> scan(
      Table<T> table, String idPrefix, String afterId, int limit);

  /**
   * This decision in the store's own terms, for the registry and whoever else keeps raw records:
   * the same records and the same changes. Valid as long as this is.
   */
  RecordTransaction records();

  /**
   * Says who does what, and why, with the governed records that this decision writes. It goes into
   * the audit chain in the same batch. A decision that says nothing is the controller's own.
   */
  void audit(AuditAction action);

  /**
   * Decides something on top of this decision. If that throws, its own changes and actions are
   * dropped, this decision's stay, and the exception passes through.
   */
  <T> T attempt(Decision<T> decision);

  /** Runs this on the core thread once the batch is on the disk. It must not block. */
  void then(Runnable action);

  /**
   * Like {@link #then}, but of all actions that name the same subject in a batch only the last one
   * runs: for acknowledgements and wake-ups.
   */
  void thenOnce(String subject, Runnable action);
}
