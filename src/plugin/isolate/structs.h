// The structs of abi.h that hold pointers, as bytes. None of an address of one process reaches the
// other. What is read lives as long as its Reader.
#pragma once

#include <cstddef>

#include "plugin/abi.h"
#include "plugin/isolate/wire.h"
#include "plugin/load/descriptor.h"

namespace memmap::plugin::isolate {

void put(Writer& out, const memmap_facts_t& facts);
memmap_facts_t get_facts(Reader& in);

void put(Writer& out, const memmap_event_t& event);
memmap_event_t get_event(Reader& in);

void put(Writer& out, const memmap_access_t& access);
memmap_access_t get_access(Reader& in);

void put(Writer& out, const memmap_owned_t& owned);
memmap_owned_t get_owned(Reader& in);

void put(Writer& out, const memmap_setting_t& setting);
memmap_setting_t get_setting(Reader& in);

// What a plugin hands over: its own struct, of its own size; nullptr stays that.
void put_given(Writer& out, const memmap_answer_t* answer);
void put_given(Writer& out, const memmap_message_t* message);
void put_given(Writer& out, const memmap_finding_t* finding);
void put_given(Writer& out, const memmap_range_t* range);
// nullptr: it handed over that.
const memmap_answer_t* get_given(Reader& in, memmap_answer_t& room);
const memmap_message_t* get_given(Reader& in, memmap_message_t& room);
const memmap_finding_t* get_given(Reader& in, memmap_finding_t& room);
const memmap_range_t* get_given(Reader& in, memmap_range_t& room);

// What a plugin says of itself. Of its functions only which there are crosses: where one is, the
// pointer that is read is not null, and not to be called.
void put(Writer& out, const Description& description);
Description get_description(Reader& in);

}  // namespace memmap::plugin::isolate
