class CreatePlots < ActiveRecord::Migration[7.2]
  def change
    create_table :plots do |t|
      t.references :garden
    end
  end
end
