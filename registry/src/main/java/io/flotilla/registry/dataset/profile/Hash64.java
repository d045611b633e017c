package io.flotilla.registry.dataset.profile;

/** Hashes of 64 bits that are the same in every process. */
final class Hash64 {
  private static final long FNV_BASIS = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private Hash64() {}

  /** A permutation that changes half of the bits: the finaliser of SplitMix64 (S. Vigna, 2015). */
  static long mix(long x) {
    long z = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Of text of one kind: FNV-1a over its UTF-16 units, mixed. */
  static long of(int kind, String text) {
    long hash = FNV_BASIS ^ kind;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * FNV_PRIME;
    }
    return mix(hash);
  }

  /** Of a number of one kind. */
  static long of(long kind, long number) {
    return mix(mix(number) + kind);
  }
}
