package io.nereid.nymph.pages;

import io.nereid.nymph.criu.image.PageChain;
import java.io.IOException;
import java.util.List;

/** Where the page server gets pages from. */
interface PageSupply {
  /** Somebody will ask for these pages next. Never blocks for long. */
  void wanted(long process, long address, long pages);

  /** As {@link PageChain#find}; may wait for pages that are still on their way. */
  List<PageChain.Piece> find(long process, long address, long pages) throws IOException;

  /** Nobody waits any more; whoever did gets an error. */
  default void noMore() {}

  /** All content is here. */
  static PageSupply of(PageChain chain) {
    return new PageSupply() {
      @Override
      public void wanted(long process, long address, long pages) {}

      @Override
      public List<PageChain.Piece> find(long process, long address, long pages) throws IOException {
        return chain.find(process, address, pages);
      }
    };
  }
}
