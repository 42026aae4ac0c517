-- A session of Ardour 7 for the race, without its regions and connections: ardour_session.py adds those, because Ardour makes
-- connections of its own in the background, and its scripts cannot import files.
local folder = os.getenv("RACE_FOLDER")
local backend = AudioEngine:set_backend("None (Dummy)", "", "")
backend:set_device_name("Uniform White Noise")
AudioEngine:start(false)
local session = create_session(folder, "race", 44100)
assert(session, "no session")

-- Of its EQ's six bands the shelves and two of the bells are used, the others are switched off.
local compressor = { [0] = 10, 100, 0, 4, -18, 0 }
local eq = {
  [0] = 120, [1] = 2,
  [2] = 400, [3] = -3, [4] = 1,
  [8] = 2500, [9] = 2, [10] = 1,
  [14] = 9000, [15] = 1.5,
  [19] = 0, [21] = 0,
}

local function insert(route, at, uri, values)
  local processor = ARDOUR.LuaAPI.new_plugin(session, uri, ARDOUR.PluginType.LV2, "")
  assert(not processor:isnil(), uri .. " is missing")
  route:add_processor_by_index(processor, at, nil, true)
  for number, value in pairs(values) do
    assert(ARDOUR.LuaAPI.set_processor_param(processor, number, value), uri)
  end
end

local last = ARDOUR.PresentationInfo.max_order
for number = 0, 3 do
  local bus = session:new_audio_route(2, 2, nil, 1, "bus" .. number, ARDOUR.PresentationInfo.Flag.AudioBus, last):front()
  insert(bus, 0, "urn:ardour:a-comp#stereo", compressor)
  insert(bus, 1, "urn:ardour:a-eq", eq)
end
for number = 0, 15 do
  session:new_audio_track(2, 2, nil, 1, string.format("t%02d", number), last, ARDOUR.TrackMode.Normal, true)
end
session:save_state("race", false, false, false, false, false)
close_session()
quit()
