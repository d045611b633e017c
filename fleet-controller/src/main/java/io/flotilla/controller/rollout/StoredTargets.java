package io.flotilla.controller.rollout;

import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.rollout.RolloutRecords.Chunk;
import io.flotilla.controller.rollout.RolloutRecords.Due;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.engine.Targets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The devices of one rollout in the store. Confined to one decision, or one answer. */
final class StoredTargets implements Targets {
  private final Reading records;
  private final Rollout rollout;

  // The chunk that was read last: positions are asked one after the other.
  private @Nullable Chunk chunk;
  private String chunkId = "";

  StoredTargets(Reading records, Rollout rollout) {
    this.records = records;
    this.rollout = rollout;
  }

  @Override
  public Optional<Target> find(String device) {
    return records.get(RolloutRecords.TARGETS, RolloutRecords.target(rollout.id(), device));
  }

  @Override
  public Target at(int position) {
    String device = device(position);
    return find(device).orElseGet(() -> rollout.pending(position, device));
  }

  private String device(int position) {
    String id = RolloutRecords.chunk(rollout.id(), position);
    Chunk read = chunk;
    if (read == null || !id.equals(chunkId)) {
      read = chunk(id);
      chunk = read;
      chunkId = id;
    }
    return read.devices().get(position % RolloutRecords.CHUNK);
  }

  private Chunk chunk(String id) {
    return records
        .get(RolloutRecords.ORDER, id)
        .orElseThrow(() -> new IllegalStateException("no order " + id));
  }

  @Override
  public List<Target> overdue(long steadyMs, int limit) {
    return due(TargetState.ASSIGNED, steadyMs, limit);
  }

  @Override
  public List<Target> ready(long wallMs, int limit) {
    return due(TargetState.WAITING, wallMs, limit);
  }

  private List<Target> due(TargetState state, long nowMs, int limit) {
    String prefix = prefix(state);
    String end = String.format(Locale.ROOT, "%s%016d/~", prefix, nowMs);
    List<Target> targets = new ArrayList<>();
    String after = "";
    while (targets.size() < limit) {
      // A page as small as what is usually due: nothing at all.
      List<Table.Row<Due>> rows =
          records.scan(RolloutRecords.DUE, prefix, after, after.isEmpty() ? 1 : limit);
      for (Table.Row<Due> row : rows) {
        after = row.id();
        if (row.id().compareTo(end) > 0 || targets.size() == limit) {
          return targets;
        }
        find(row.value().device()).ifPresent(targets::add);
      }
      if (rows.isEmpty()) {
        return targets;
      }
    }
    return targets;
  }

  private String prefix(TargetState state) {
    return rollout.id() + (state == TargetState.ASSIGNED ? "/assigned/" : "/waiting/");
  }

  /** Stores devices in their next form, with all that points to them. */
  void store(Transaction tx, List<Target> changed) {
    for (Target target : changed) {
      Optional<Target> before = find(target.device());
      before.filter(StoredTargets::isDue).ifPresent(old -> tx.delete(RolloutRecords.DUE, due(old)));
      if (isDue(target)) {
        tx.put(RolloutRecords.DUE, due(target), new Due(target.device()));
      }
      if (before.isEmpty()) {
        append(tx, target);
      }
      tx.put(RolloutRecords.TARGETS, RolloutRecords.target(rollout.id(), target.device()), target);
    }
  }

  /** A device that joined late has no place in the order yet. */
  private void append(Transaction tx, Target target) {
    int position = target.place().position();
    if (position < rollout.devices()) {
      return;
    }
    String id = RolloutRecords.chunk(rollout.id(), position);
    List<String> devices =
        new ArrayList<>(tx.get(RolloutRecords.ORDER, id).map(Chunk::devices).orElse(List.of()));
    if (devices.size() == position % RolloutRecords.CHUNK) {
      devices.add(target.device());
      tx.put(RolloutRecords.ORDER, id, new Chunk(devices));
    }
  }

  private static boolean isDue(Target target) {
    return target.state() == TargetState.ASSIGNED || target.state() == TargetState.WAITING;
  }

  private String due(Target target) {
    return String.format(
        Locale.ROOT,
        "%s%016d/%07d",
        prefix(target.state()),
        target.dueMs(),
        target.place().position());
  }

  /** Stores the order of a new rollout. */
  static void storeOrder(Transaction tx, String rollout, List<String> order) {
    for (int from = 0; from < order.size(); from += RolloutRecords.CHUNK) {
      List<String> devices =
          order.subList(from, Math.min(order.size(), from + RolloutRecords.CHUNK));
      tx.put(RolloutRecords.ORDER, RolloutRecords.chunk(rollout, from), new Chunk(devices));
    }
  }
}
