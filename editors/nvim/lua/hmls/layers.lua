---Users, their targets and the layers of these, with the health of each.
local homes = require('hmls.homes')
local view = require('hmls.view')

local M = {}

---@param health hmls.Health
---@return string note, string group
local function told(health)
  if health.errors > 0 then
    return ('%d error%s'):format(health.errors, health.errors == 1 and '' or 's'), 'DiagnosticError'
  elseif health.warnings > 0 then
    return ('%d warning%s'):format(health.warnings, health.warnings == 1 and '' or 's'),
      'DiagnosticWarn'
  end
  return '', 'Comment'
end

---@param map hmls.Map
---@param folder string
---@return hmls.Layer?
local function layer_at(map, folder)
  return vim.iter(map.layers):find(function(layer)
    return layer.folder == folder
  end)
end

---@param map hmls.Map
---@param layer hmls.Layer
---@param indent string
---@return hmls.Line
local function layer_line(map, layer, indent)
  local note, group = told(layer.health)
  if not layer.hasEntry then
    note, group = 'has no ' .. vim.fs.basename(layer.entry), 'DiagnosticWarn'
  elseif not layer.used then
    note, group = 'nothing deploys it', 'DiagnosticWarn'
  end
  return {
    text = ('%s%s (%s)'):format(indent, layer.folder, layer.kind),
    note = note,
    note_group = group,
    place = { file = vim.fs.joinpath(map.root, layer.entry), line = 1, layer = layer.kind },
  }
end

---@param map hmls.Map
---@param target hmls.Target
---@param lines hmls.Line[]
local function add_target(map, target, lines)
  local note, group = told(target.health)
  local facts = { target.kind, target.system ~= vim.NIL and target.system or 'system unknown' }
  if target.source == 'convention' then
    facts[#facts + 1] = 'assumed'
  end
  if target.deployed and target.deployed ~= vim.NIL then
    local never = target.deployed == 'never'
    facts[#facts + 1] = never and 'never deployed' or 'deployed ' .. target.deployed:sub(1, 10)
  end
  lines[#lines + 1] = {
    text = ('    %s'):format(target.name),
    group = homes.focused(map.root) == target.name and 'Special' or 'Identifier',
    note = table.concat(facts, ' · ') .. (note ~= '' and ' · ' .. note or ''),
    note_group = group,
    data = { map = map, target = target },
  }
  for _, folder in ipairs(target.layers) do
    local layer = layer_at(map, folder)
    if layer then
      local line = layer_line(map, layer, '      ')
      line.data = lines[#lines].data or { map = map, target = target }
      lines[#lines + 1] = line
    end
  end
end

---@param maps hmls.Map[]
---@return hmls.Line[]
function M.lines(maps)
  ---@type hmls.Line[]
  local lines = {}
  for _, map in ipairs(maps) do
    lines[#lines + 1] = { text = vim.fn.fnamemodify(map.root, ':~'), group = 'Title' }
    for _, message in ipairs(map.errors) do
      lines[#lines + 1] = { text = '  the flake does not evaluate', note = message }
      lines[#lines].note_group = 'DiagnosticError'
    end
    for _, user in ipairs(map.users) do
      lines[#lines + 1] = { text = '  ' .. user.name, group = 'Type' }
      for _, target in ipairs(map.targets) do
        if target.user == user.name then
          add_target(map, target, lines)
        end
      end
      for _, folder in ipairs(user.layers) do
        local layer = layer_at(map, folder)
        if layer and not layer.used then
          lines[#lines + 1] = layer_line(map, layer, '    ')
        end
      end
    end
    for _, assumption in ipairs(map.assumptions) do
      lines[#lines + 1] = { text = '  assumed: ' .. assumption.message, note = assumption.reason }
    end
  end
  if #lines == 0 then
    lines[1] = { text = 'no flake with homes is open' }
  end
  return lines
end

---A key that acts on the target of a line.
---@param act fun(chosen: hmls.Chosen)
---@return fun(line: hmls.Line)
local function on_target(act)
  return function(line)
    if line.data then
      act(line.data)
    end
  end
end

function M.show()
  local function deploy(command)
    return on_target(function(chosen)
      require('hmls.deploy').run(command, chosen)
    end)
  end
  if not require('hmls.client').need() then
    return
  end
  homes.refresh(function(maps)
    local buffer = view.open('hmls://layers', M.lines(maps), {
      keys = {
        b = { deploy('build'), desc = 'Build' },
        p = { deploy('preview'), desc = 'Preview' },
        s = { deploy('switch'), desc = 'Switch' },
        c = { deploy('check'), desc = 'Check' },
        f = { on_target(homes.set_focus), desc = 'Put in focus' },
        i = {
          on_target(function(chosen)
            require('hmls.settings').show(chosen.target.name)
          end),
          desc = 'Settings',
        },
        R = { M.show, desc = 'Ask again' },
      },
    })
    M._follow(buffer)
  end)
end

---@type table<integer, true>
local followed = {}

---Keep the view true while it is there.
---@param buffer integer
function M._follow(buffer)
  if followed[buffer] then
    return
  end
  followed[buffer] = true
  vim.api.nvim_create_autocmd('User', {
    pattern = 'HmlsChanged',
    callback = function()
      if not vim.api.nvim_buf_is_loaded(buffer) then
        followed[buffer] = nil
        return true
      end
      view.fill(buffer, M.lines(homes.known()))
    end,
  })
end

return M
