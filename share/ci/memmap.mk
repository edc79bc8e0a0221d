# Make: `include share/ci/memmap.mk`, then `make memmap-check`, and `make -j8 memmap-sweep`, each job a share.
#
#   memmap-check     the policies, in words; fails where one does
#   memmap-junit     the same for a machine that reads JUnit's XML: $(MEMMAP_OUT)/junit.xml
#   memmap-update    writes the policies' baselines again, after showing what changed
#   memmap-sweep     the matrix, in $(MEMMAP_SHARES) shares: $(MEMMAP_OUT)/rows.jsonl; what is done is not done again
#   memmap-clean     removes $(MEMMAP_OUT)
MEMMAP ?= memmap
MEMMAP_POLICIES ?= $(wildcard memory/policies/*.yaml)
MEMMAP_MATRIX ?= memory/matrix.yaml
MEMMAP_SHARES ?= 4
MEMMAP_OUT ?= memmap-out
memmap_shares := $(patsubst %,$(MEMMAP_OUT)/share-%.jsonl,$(shell seq $(MEMMAP_SHARES)))

.PHONY: memmap-check memmap-junit memmap-update memmap-sweep memmap-clean
memmap-check:
	$(MEMMAP) check $(MEMMAP_POLICIES)

memmap-junit: | $(MEMMAP_OUT)
	$(MEMMAP) check $(MEMMAP_POLICIES) --format junit --force --output $(MEMMAP_OUT)/junit.xml

memmap-update:
	$(MEMMAP) check $(MEMMAP_POLICIES) --update

# Each time, since make does not know what a matrix names: memmap does, and only reads what is done. Status 1: the
# share is done, and combinations fail. The merge says so.
.PHONY: $(memmap_shares)
$(memmap_shares): $(MEMMAP_OUT)/share-%.jsonl: | $(MEMMAP_OUT)
	$(MEMMAP) sweep $(MEMMAP_MATRIX) --shard $*/$(MEMMAP_SHARES) --threads 1 --resume --output $@ || [ $$? -eq 1 ]

memmap-sweep: $(memmap_shares)
	$(MEMMAP) sweep --merge $(memmap_shares) --force --output $(MEMMAP_OUT)/rows.jsonl

$(MEMMAP_OUT):
	mkdir -p $@

memmap-clean:
	rm -rf $(MEMMAP_OUT)
